"""A recording as a page to look at in a browser."""

from stgcn_pyg.view.player import render_player, write_player

__all__ = ["render_player", "write_player"]
