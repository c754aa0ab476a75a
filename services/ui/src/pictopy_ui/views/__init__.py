"""One module a page; each has `show(deps)`. (Streamlit takes a folder called `pages` for pages of its own making.)"""
