"""`python -m converter` is `segur-hop`."""

from converter.cli import main

if __name__ == "__main__":  # not in the processes that share long work
    main()
