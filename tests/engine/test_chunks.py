"""How long a chunk is."""

from experiments.engine.chunks import LONGEST, Chunks


def test_chunks_end_in_time_and_where_programs_are_dear_have_few_lengths():
    free, few = Chunks(free=True), Chunks(free=False)
    assert [free.length(0), few.length(0), few.length(20)] == [1, LONGEST, 30]
    for chunks in (free, few):
        chunks.took(1, 60.0)  # compiles
    assert [free.length(1), few.length(50)] == [1, LONGEST]
    for seconds, expected in ((1e-4, (48, 48)), (0.05, (20, 10)), (0.3, (3, 1)), (7.0, (1, 1))):
        for chunks in (free, few):
            chunks.took(1, seconds)
        assert (free.length(2), few.length(2)) == expected
