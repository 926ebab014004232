"""``python -m stgcn_pyg``: the command line."""

from stgcn_pyg.cli import main

if __name__ == "__main__":
    main()
