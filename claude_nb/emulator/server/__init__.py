"""Where the emulator meets its clients: a loopback port, a transport, a shell. On top of it all."""
