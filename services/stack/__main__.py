"""`python -m services.stack`: the same as `parkwatch`."""

from services.stack.cli import main

if __name__ == "__main__":
    main()
