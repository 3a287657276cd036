namespace AutoRest.Server.Tests.Operating;

public class ExecutablePagesTests
{
    const string Path = "/opt/auto rest/autorest-server";

    static List<(nint Start, nuint Length)> Unwritten(string smaps) => [.. ExecutablePages.Unwritten(smaps.Split('\n'), Path)];

    [Fact]
    public void Code_and_constants_of_the_executable_are_given_back()
    {
        Assert.Equal(
            [(unchecked((nint)0x55d0c0000000), (nuint)0x2d000), (unchecked((nint)0x55d0c002d000), (nuint)0x3000)],
            Unwritten($"""
            55d0c0000000-55d0c002d000 r--p 00000000 fe:00 1442                       {Path}
            Size:                180 kB
            Private_Dirty:         0 kB
            Anonymous:             0 kB
            Swap:                  0 kB
            VmFlags: rd mr mw me
            55d0c002d000-55d0c0030000 r-xp 0002d000 fe:00 1442                       {Path}
            Anonymous:             0 kB
            Swap:                  0 kB
            """));
    }

    [Theory]
    [InlineData("rw-p", Path, 0, 0)] // data
    [InlineData("r--p", Path, 12, 0)] // relocated, then write-protected: the file has something else
    [InlineData("r--p", Path, 0, 12)] // the same, swapped out
    [InlineData("r-xp", "/usr/lib/x86_64-linux-gnu/libc.so.6", 0, 0)]
    [InlineData("r-xp", Path + " (deleted)", 0, 0)]
    [InlineData("rw-p", "", 0, 0)]
    [InlineData("r-xp", "[vdso]", 0, 0)]
    public void Nothing_else_is(string permissions, string file, int anonymous, int swapped) => Assert.Empty(Unwritten($"""
        7f2a10000000-7f2a10021000 {permissions} 00000000 fe:00 1442                       {file}
        Size:                132 kB
        Anonymous:          {anonymous,4} kB
        Swap:               {swapped,4} kB
        """));
}
