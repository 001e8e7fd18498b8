"""Served files are written once, whole, and deleted when Gradio deletes its own."""

import os

import gradio as gr
import pytest
from gradio.route_utils import delete_files_created_by_app

from demo import page as page_module
from demo.kit import served
from demo.kit.served import write_once


@pytest.fixture
def blocks(monkeypatch):
    """A page that knows of what is written here, and of nothing else."""
    monkeypatch.setattr(served, "SERVED", served._Paths())
    page = gr.Blocks()
    page.temp_file_sets = [served.SERVED]
    return page


def test_a_file_is_written_once(tmp_path, blocks):
    path = tmp_path / "folder" / "a.bin"
    assert write_once(path, lambda stream: stream.write(b"first")) == str(path)
    os.utime(path, (0, 0))
    write_once(path, lambda stream: stream.write(b"second"))
    assert path.read_bytes() == b"first" and path.stat().st_mtime > 0


def test_a_failed_write_leaves_nothing(tmp_path, blocks):
    with pytest.raises(ZeroDivisionError):
        write_once(tmp_path / "a.bin", lambda stream: stream.write(b"half") and 1 / 0)
    assert list(tmp_path.iterdir()) == []


def test_old_files_are_deleted_and_written_again(tmp_path, blocks):
    paths = [tmp_path / name for name in ("a.bin", "b.bin")]
    for path in paths:
        write_once(path, lambda stream: stream.write(b"content"))
    delete_files_created_by_app(blocks, 3600)
    assert all(path.exists() for path in paths)
    delete_files_created_by_app(blocks, None)
    assert not any(path.exists() for path in paths) and not served.SERVED
    write_once(paths[0], lambda stream: stream.write(b"content"))
    assert paths[0].exists() and set(served.SERVED) == {str(paths[0])}


def test_files_may_be_written_while_gradio_looks_for_old_ones(tmp_path, blocks):
    for name in "abc":
        write_once(tmp_path / name, lambda stream: stream.write(b"content"))
    for path in served.SERVED:
        write_once(tmp_path / f"{os.path.basename(path)}2", lambda stream: stream.write(b"content"))
    assert len(served.SERVED) == 6


def test_the_page_tells_gradio_what_was_written(monkeypatch):
    monkeypatch.setattr(page_module, "_Page", lambda page: None)
    assert any(files is served.SERVED for files in page_module.build().temp_file_sets)
