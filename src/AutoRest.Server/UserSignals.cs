using System.Runtime.InteropServices;

namespace AutoRest.Server;

/// <summary>SIGUSR1 and SIGUSR2 by their numbers, which differ between systems; null where there are none.</summary>
static class UserSignals
{
    public static PosixSignal? Usr1 => OperatingSystem.IsLinux() ? (PosixSignal)10 : OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? (PosixSignal)30 : null;

    public static PosixSignal? Usr2 => OperatingSystem.IsLinux() ? (PosixSignal)12 : OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? (PosixSignal)31 : null;
}
