"""Apps of this process on real sockets, for code and emulators that come by HTTP."""
