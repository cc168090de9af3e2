"""The service: everything the window, the terminal and the tests can ask of Footnote.

It only passes on: each method belongs to the room that does the work. Long jobs are generators of rag.events
that take a cancel token; everything else returns at once or in a few milliseconds.

Threads: reading methods may be called from any thread. Methods that write the library (`add`, `remove`,
`embed_pending`, `rebuild_index`) are called from one thread at a time. `ask` and `draft_*` may run beside them.
"""
