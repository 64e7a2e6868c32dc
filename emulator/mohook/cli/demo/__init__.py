"""`mohook demo`: a story that is also a self-test. It uses the emulator as anybody would."""
