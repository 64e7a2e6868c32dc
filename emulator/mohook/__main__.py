"""`python -m mohook` is the `mohook` command."""

from mohook.cli import main

if __name__ == "__main__":
    main()
