def test_the_tree_is_the_default(invoke, scaling):
    assert invoke("dag").out == "scale\n└── total\n"


def test_targets_limit_it(invoke, scaling):
    assert invoke("dag", "scale").out == "scale\n"


def test_mermaid_comes_from_the_exporter(invoke, scaling):
    out = invoke("dag", "--mermaid").out
    assert out.startswith("flowchart")
    assert "-->" in out


def test_dot_comes_from_the_exporter(invoke, scaling):
    out = invoke("dag", "--dot").out
    assert out.startswith("digraph")
    assert "->" in out


def test_what_the_pipeline_prints_is_not_part_of_the_graph(invoke, scaling):
    scaling.edit("pipeline.py", "REGISTRY.register(scale)", 'print("hi")\nREGISTRY.register(scale)')
    result = invoke("dag", "--dot")
    assert result.out.startswith("digraph")
    assert result.err == "hi\n"
