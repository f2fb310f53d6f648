"""`python -m converter` is `segur-hop`."""

from converter.cli import main

main()
