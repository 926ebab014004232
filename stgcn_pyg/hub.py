"""Folders of files to the Hugging Face Hub and back, by ``huggingface_hub``, which is an extra.

Its mixin (``ModelHubMixin``) is not inherited from: that would make it a dependency of every import, it takes every
name that is no folder for a repository, and it writes beside a model a second configuration. The methods of
:class:`~stgcn_pyg.recognizer.Recognizer` have the mixin's names and do what it does, with the same functions.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LIBRARY = "stgcn_pyg"
"""What the Hub calls this package."""

INSTALL = "`pip install 'stgcn-pyg[hub]'` brings it"


def is_repo_id(path: Path) -> bool:
    """Whether a path can only be the name of a repository, ``user/name``: no folder here is called ``user``.

    Where there is one, ``user/name`` is a folder in it that is missing, and nobody is asked for it.

    Example:
        >>> is_repo_id(Path("somebody/walking")), is_repo_id(Path("walking")), is_repo_id(Path("/tmp/walking"))
        (True, False, False)
    """
    return bool(re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", path.as_posix())) and not path.parent.exists()


def download(repo_id: str, files: Sequence[str], revision: str | None = None) -> Path:
    """Fetch files of a repository, or take them from the Hub's cache.

    Args:
        repo_id: The repository, ``user/name``.
        files: Their names; no others are fetched.
        revision: A branch, tag or commit; if left out the newest.

    Returns:
        The folder that holds those of them that there are.

    Raises:
        FileNotFoundError: If the Hub does not give them, or ``huggingface_hub`` is not installed.
    """
    try:
        from huggingface_hub import snapshot_download
    except ModuleNotFoundError:
        raise FileNotFoundError(
            f"no model in {repo_id}: there is no such folder; if it is a repository of the Hugging Face Hub, "
            f"fetching it needs huggingface_hub; {INSTALL}"
        ) from None
    try:
        return Path(snapshot_download(repo_id, revision=revision, allow_patterns=list(files), library_name=LIBRARY))
    except Exception as error:  # of several libraries, and none of them says what was looked for
        raise FileNotFoundError(
            f"no model in {repo_id}: there is no such folder, and the Hugging Face Hub does not give it: "
            f"{' '.join(str(error).split())}"
        ) from error


def upload(folder: Path, repo_id: str, private: bool | None, token: str | None, **how: Any) -> str:
    """Put a folder into a repository, which is made if there is none.

    Args:
        folder: The folder.
        repo_id: The repository, ``user/name``.
        private: Whether a new one is to be seen by its owner alone.
        token: The Hub's access token; if left out, that of ``hf auth login``.
        **how: What ``HfApi.upload_folder`` takes besides.

    Returns:
        The address of the commit.

    Raises:
        ImportError: If ``huggingface_hub`` is not installed.
    """
    try:
        from huggingface_hub import HfApi
    except ModuleNotFoundError:
        raise ImportError(f"the Hugging Face Hub needs huggingface_hub; {INSTALL}") from None
    api = HfApi(token=token, library_name=LIBRARY)
    name = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
    return str(api.upload_folder(repo_id=name, folder_path=folder, **how))
