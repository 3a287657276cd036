namespace AutoRest.Api.Tests.Recorded;

public sealed class CorpusTests
{
    [Fact]
    public void Every_case_has_a_name_of_its_own() =>
        Assert.Empty(Corpus.Cases.GroupBy(c => c.Id).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Every_case_has_a_known_configuration() =>
        Assert.Empty(Corpus.Cases.Where(c => !Corpus.Configurations.ContainsKey(c.Configuration)).Select(c => c.Id));

    [Fact]
    public void Every_listed_case_exists_and_is_not_optional() =>
        Assert.Empty(NotYet.Load().Cases.Except(Corpus.Required));

    [Fact]
    public void A_case_keeps_its_reason_until_it_passes()
    {
        var list = NotYet.Parse(["## head", "", "# slow", "a/1", "a/2", "", "# hard", "b/1", "b/gone"]);
        var updated = list.Update(new HashSet<string> { "a/1", "a/2", "b/1", "c/1" }, new HashSet<string> { "a/1" }, ["a/2", "c/1"]);
        Assert.Equal("slow", updated.Reason("a/2"));
        Assert.Equal("hard", updated.Reason("b/1"));
        Assert.Equal("unexplained", updated.Reason("c/1"));
        Assert.Null(updated.Reason("a/1"));
        Assert.Null(updated.Reason("b/gone"));
        Assert.Equal(updated.Cases.Order(), NotYet.Parse(updated.ToString().Split('\n')).Cases.Order());
    }

    [Fact]
    public void A_case_without_a_reason_is_refused() => Assert.Throws<FormatException>(() => NotYet.Parse(["a/1"]));

    [Fact]
    public void A_case_listed_twice_is_refused() => Assert.Throws<FormatException>(() => NotYet.Parse(["# x", "a/1", "a/1"]));
}
