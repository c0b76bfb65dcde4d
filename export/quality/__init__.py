"""The quality report: the published models, scored through the HTTP handler.

`python -m export.quality` writes docs/quality.md, docs/model-card.md and their pictures. It only
measures: nothing here chooses a setting, and what is measured was not trained on (see
`export.splits`). The same models give the same files again.
"""
