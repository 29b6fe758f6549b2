"""Keys live in the keyring or in memory; without a keyring there is a sentence, never a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from csmdesk.config.secrets import Secrets
from csmdesk.domain.errors import BadInput


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A working keyring of the test's own."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def restored() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("restored")
def test_a_key_is_kept_per_workspace(tmp_path: Path) -> None:
    keyring.set_keyring(MemoryKeyring())
    Secrets(tmp_path / "a").store("hubspot", "pat-1")
    assert Secrets(tmp_path / "a").get("hubspot") == "pat-1"
    assert Secrets(tmp_path / "b").get("hubspot") is None
    Secrets(tmp_path / "a").delete("hubspot")
    assert Secrets(tmp_path / "a").get("hubspot") is None


@pytest.mark.usefixtures("restored")
def test_without_a_keyring_a_sentence_and_no_file(tmp_path: Path) -> None:
    keyring.set_keyring(NoKeyring())
    secrets = Secrets(tmp_path)
    with pytest.raises(BadInput, match="no keyring") as caught:
        secrets.store("hubspot", "pat-secret")
    assert "session" in caught.value.remedy
    assert "pat-secret" not in caught.value.sentence()
    assert list(tmp_path.iterdir()) == []
    secrets.keep_for_session("hubspot", "pat-secret")
    assert secrets.get("hubspot") == "pat-secret"
    secrets.delete("hubspot")
    assert secrets.get("hubspot") is None
