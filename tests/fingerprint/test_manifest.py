import pickle

from pivot.errors import Place
from pivot.fingerprint import Manifest, Symbol


def test_key_and_hashes():
    symbol = Symbol("func", "pipeline:train", "5995c853aa01bd21", Place("pipeline.py", 3))
    manifest = Manifest({symbol.key: symbol})
    assert manifest.hashes() == {"func:pipeline:train": "5995c853aa01bd21"}
    assert manifest.unstable == ()


def test_manifest_can_be_pickled():
    symbol = Symbol("const", "pipeline:K", "0" * 16, None, "1")
    manifest = Manifest({symbol.key: symbol}, (symbol.key,))
    assert pickle.loads(pickle.dumps(manifest)) == manifest
