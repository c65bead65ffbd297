"""The window's own actions, a module an area; each is a table made of what it acts on.

No logic beyond when an action can be done: what it does lives where its objects do.
"""
