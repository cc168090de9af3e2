"""How the bundled models were made, from text to the files in the box. The app imports nothing of this.

Read it in this order, which is also the order of the commands (`python -m local_models.training.NAME --help`):

    data         what the training data looks like, and which part of it is held back
    tokenizer    1  text -> byte-level BPE with single tokens for roles and for [1] to [32]
    examples     2  questions and passages -> conversations over numbered sources (distractors: hard to tell apart)
    hints           what footnote-span would have found, and what to write of it (phrasing: as a sentence, by rules)
    model           the decoder: Llama in plain torch
    circuits        a head start: copying, set by hand (with `embeddings`: what words are near)
    batches         conversations -> token ids, and how much each counts
    loop            steps, schedule and checkpoints by the clock (`optimizer`: Muon, AdamW)
    pretrain     3  with a GPU: prose
    train        4  the reading lesson
    export       5  checkpoint -> GGUF
    evaluate     6  F1, citations, abstention on what was held back (held_back: with hints and without)
    leakage         nothing of an evaluation was learned from
    span            the other model: MiniLM, taught to point at the answer

The data's folder is always an argument; a run's folder holds its tokenizer, its checkpoint and its log.
"""
