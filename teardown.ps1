# Stops the stack and asks before it deletes data and secrets. --yes: does not ask. --keep-data: only stops.
Set-Location $PSScriptRoot
dotnet artifacts/cli/autorest.dll teardown @args
exit $LASTEXITCODE
