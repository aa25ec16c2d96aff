// The system's C library, whatever its name is here. This is the only file of the sources that says Glibc, Musl or Darwin;
// only `ApusCore/Platform` imports the target.

#if canImport(Glibc)
  @_exported public import Glibc
#elseif canImport(Musl)
  @_exported public import Musl
#else
  @_exported public import Darwin
#endif
