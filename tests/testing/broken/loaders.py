"""Loaders that break one promise each; `breaks` names the checks that must fail, and no others."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import time
from typing import Any

import pytest

from pivot.loaders import JSON, Loader, LoaderError, Reader, Writer
from pivot.testing import LoaderSuite, ReaderSuite, WriterSuite

KEPT_OPEN: list[Any] = []


class Suite(LoaderSuite):
    @pytest.fixture
    def value(self):
        return {"b": [1, None], "a": "text"}


class TestGood(Suite):
    breaks = ()

    @pytest.fixture
    def loader(self):
        return JSON(indent=1)


class Stranger:
    """Has the methods, but not the base class."""

    def load(self, path: pathlib.Path) -> Any:
        return JSON().load(path)

    def save(self, data: Any, path: pathlib.Path) -> None:
        JSON().save(data, path)


@dataclasses.dataclass(frozen=True)
class StrangerDataclass(Stranger):
    pass


class TestStranger(Suite):
    breaks = ("test_it_is_a_loader",)

    @pytest.fixture
    def loader(self):
        return StrangerDataclass()


class Plain(Stranger, Loader[Any]):
    """Is no dataclass; two of them are never equal."""


class TestPlain(Suite):
    breaks = ("test_it_is_a_frozen_dataclass", "test_it_is_hashable", "test_it_travels_by_pickle")

    @pytest.fixture
    def loader(self):
        return Plain()


@dataclasses.dataclass(unsafe_hash=True)
class Thawed(Stranger, Loader[Any]):
    indent: int = 1


class TestThawed(Suite):
    breaks = ("test_it_is_a_frozen_dataclass",)

    @pytest.fixture
    def loader(self):
        return Thawed()


@dataclasses.dataclass(frozen=True)
class Unhashable(Stranger, Loader[Any]):
    options: dict[str, int] = dataclasses.field(default_factory=dict)


class TestUnhashable(Suite):
    breaks = ("test_it_is_hashable",)

    @pytest.fixture
    def loader(self):
        return Unhashable()


def nested() -> Loader[Any]:
    @dataclasses.dataclass(frozen=True)
    class Nested(Stranger, Loader[Any]):
        pass

    return Nested()


class TestNested(Suite):
    breaks = ("test_it_travels_by_pickle",)

    @pytest.fixture
    def loader(self):
        return nested()


@dataclasses.dataclass(frozen=True)
class Forgetful(Stranger, Loader[Any]):
    def load(self, path: pathlib.Path) -> Any:
        return dict.fromkeys(super().load(path))


class TestForgetful(Suite):
    breaks = ("test_it_loads_what_is_there",)

    @pytest.fixture
    def loader(self):
        return Forgetful()


@dataclasses.dataclass(frozen=True)
class Mutating(Stranger, Loader[Any]):
    def save(self, data: Any, path: pathlib.Path) -> None:
        super().save(dict(data), path)
        data["saved"] = True

    def load(self, path: pathlib.Path) -> Any:
        return {**super().load(path), "saved": True}


class TestMutating(Suite):
    breaks = ("test_saving_leaves_the_value_alone",)

    @pytest.fixture
    def loader(self):
        return Mutating()


@dataclasses.dataclass(frozen=True)
class Reformatting(Stranger, Loader[Any]):
    def load(self, path: pathlib.Path) -> Any:
        data = super().load(path)
        path.write_text(json.dumps(data))
        return data


class TestReformatting(Suite):
    breaks = ("test_loading_leaves_the_file_alone",)

    @pytest.fixture
    def loader(self):
        return Reformatting()


@dataclasses.dataclass(frozen=True)
class Littering(Stranger, Loader[Any]):
    def save(self, data: Any, path: pathlib.Path) -> None:
        super().save(data, path)
        path.with_name("schema.json").touch()


class TestLittering(Suite):
    breaks = ("test_it_writes_the_path_and_nothing_beside_it",)

    @pytest.fixture
    def loader(self):
        return Littering()


@dataclasses.dataclass(frozen=True)
class Stamping(Stranger, Loader[Any]):
    def save(self, data: Any, path: pathlib.Path) -> None:
        super().save([int(time.time()), data], path)

    def load(self, path: pathlib.Path) -> Any:
        return super().load(path)[1]


class TestStamping(Suite):
    breaks = ("test_the_same_value_gives_the_same_bytes",)

    @pytest.fixture
    def loader(self):
        return Stamping()


@dataclasses.dataclass(frozen=True)
class Terse(Stranger, Loader[Any]):
    def load(self, path: pathlib.Path) -> Any:
        try:
            return super().load(path)
        except LoaderError:
            raise OSError("not there") from None


class TestTerse(Suite):
    breaks = ("test_a_missing_file_is_named",)

    @pytest.fixture
    def loader(self):
        return Terse()


@dataclasses.dataclass(frozen=True)
class Lenient(Stranger, Loader[Any]):
    def load(self, path: pathlib.Path) -> Any:
        return super().load(path) if path.exists() else {}


class TestLenient(Suite):
    breaks = ("test_a_missing_file_is_named",)

    @pytest.fixture
    def loader(self):
        return Lenient()


@dataclasses.dataclass(frozen=True)
class Leaking(Stranger, Loader[Any]):
    def load(self, path: pathlib.Path) -> Any:
        stream = path.open()
        KEPT_OPEN.append(stream)
        return json.load(stream)


class TestLeaking(Suite):
    breaks = ("test_nothing_stays_open_after_loading",)

    @pytest.fixture
    def loader(self):
        return Leaking()

    @pytest.fixture(autouse=True)
    def close(self):
        yield
        while KEPT_OPEN:
            KEPT_OPEN.pop().close()


@dataclasses.dataclass(frozen=True)
class Careless(Stranger, Loader[Any]):
    """Leaves the closing to the garbage collector, which warns."""

    def load(self, path: pathlib.Path) -> Any:
        return json.load(path.open())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestCareless(Suite):
    breaks = ("test_nothing_stays_open_after_loading",)

    @pytest.fixture
    def loader(self):
        return Careless()


@dataclasses.dataclass(frozen=True)
class LeakingWriter(Stranger, Loader[Any]):
    def save(self, data: Any, path: pathlib.Path) -> None:
        super().save(data, path)
        KEPT_OPEN.append(path.open())


class TestLeakingWriter(Suite):
    breaks = ("test_nothing_stays_open_after_saving",)

    @pytest.fixture
    def loader(self):
        return LeakingWriter()

    @pytest.fixture(autouse=True)
    def close(self):
        yield
        while KEPT_OPEN:
            KEPT_OPEN.pop().close()


class TestWriterForALoader(Suite):
    """Is a `Writer`, and so no `Loader`; here it happens to have a `load`, too."""

    breaks = ("test_it_is_a_loader",)

    @pytest.fixture
    def loader(self):
        return HalfWriter()


@dataclasses.dataclass(frozen=True)
class HalfWriter(Stranger, Writer[Any]):
    pass


@dataclasses.dataclass(frozen=True)
class Words(Reader[list[str]]):
    def load(self, path: pathlib.Path) -> list[str]:
        return path.read_text().split()


class TestReader(ReaderSuite):
    breaks = ()

    @pytest.fixture
    def loader(self):
        return Words()

    @pytest.fixture
    def value(self):
        return ["a", "rose"]

    @pytest.fixture
    def artifact(self, path):
        path.write_text("a rose")
        return path


class TestReaderOfAnother(TestReader):
    breaks = ("test_it_loads_what_is_there",)

    @pytest.fixture
    def value(self):
        return ["a", "daisy"]


@dataclasses.dataclass(frozen=True)
class Shout(Writer[str]):
    def save(self, data: str, path: pathlib.Path) -> None:
        path.write_text(data.upper())


class TestWriter(WriterSuite):
    breaks = ()

    @pytest.fixture
    def loader(self):
        return Shout()

    @pytest.fixture
    def value(self):
        return "rose"


@dataclasses.dataclass(frozen=True)
class Silent(Writer[str]):
    def save(self, data: str, path: pathlib.Path) -> None:
        pass


class TestWriterOfNothing(TestWriter):
    breaks = ("test_it_writes_the_path_and_nothing_beside_it",)

    @pytest.fixture
    def loader(self):
        return Silent()


class TestNothingGiven(LoaderSuite):
    breaks = tuple(name for name in dir(LoaderSuite) if name.startswith("test_"))
