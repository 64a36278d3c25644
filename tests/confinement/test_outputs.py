from pivot.confinement import Confinement
from pivot.confinement.outputs import EmptyOutputs


def test_what_was_not_written_is_removed_again(tmp_path):
    (tmp_path / "grown.txt").write_text("before")
    confinement = Confinement(
        str(tmp_path),
        files=("written.txt", "emptied.txt", "unwritten.txt", "grown.txt", "gone.txt"),
        directories=("filled/", "unfilled/"),
    )
    with EmptyOutputs(confinement) as outputs:
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            *("emptied.txt", "filled", "gone.txt", "grown.txt"),
            *("unfilled", "unwritten.txt", "written.txt"),
        ]
        (tmp_path / "written.txt").write_text("text")
        (tmp_path / "emptied.txt").write_text("")
        (tmp_path / "filled/file").touch()
        (tmp_path / "gone.txt").unlink()
        assert outputs.untouched == {"unwritten.txt", "unfilled/"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("emptied.txt", "filled", "grown.txt", "written.txt")
    ]
    assert (tmp_path / "grown.txt").read_text() == "before"
