"""`pivot plots`: what stages declare as `Plot`, of the workspace and of revisions, on one page.

A *plot* is a file: an image, or a *table* of which columns are drawn as *series*. A *side* is a
state of the project, the workspace or a revision; a *version* is what a plot was at one of them.
The page is one file without scripts. Example::

    gathered = gather(root, [], revisions=["HEAD", None])
    text = page(gathered.plots, gathered.sides, Layout())

Tests: plugins/pivot-plots/tests/.
"""
