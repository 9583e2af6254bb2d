"""Operations made of SQL-backed fields, as one statement each whose one value is the answer's data.

`plans` keeps what was compiled per document, `statement` compiles, `asked` is one request as both see it.
"""
