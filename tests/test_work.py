"""One thread computes a step at a time, and nobody waits for all the steps of another."""

import threading
from contextvars import ContextVar

import gradio as gr
import pytest
import torch

from demo.kit import work
from demo.kit.cache import cached
from demo.kit.work import a_turn_each, give_way, idle, one_turn


@pytest.fixture
def held():
    """Keeps the thread busy until it is set, so that what is asked for meanwhile queues up."""
    begun, release = threading.Event(), threading.Event()

    @one_turn
    def hold():
        begun.set()
        release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert begun.wait(10)
    yield release
    release.set()
    holder.join(10)


def ask(function, *args) -> threading.Thread:
    """Ask from a thread of its own, as Gradio does, and go on when the request is in the queue."""
    before = work._jobs.qsize()
    thread = threading.Thread(target=lambda: list(function(*args) or ()))
    thread.start()
    while work._jobs.qsize() == before:
        assert thread.is_alive()
    return thread


def test_every_first_step_comes_before_any_second_one(held):
    done = []

    @a_turn_each
    def steps(name):
        for number in range(3):
            done.append(f"{name}{number}")
            yield number

    threads = [ask(steps, name) for name in "abc"]
    held.set()
    for thread in threads:
        thread.join(10)
    assert done[:3] == ["a0", "b0", "c0"] and sorted(done) == sorted(f"{n}{k}" for n in "abc" for k in range(3))


def test_a_single_job_waits_behind_first_steps(held):
    done = []

    @a_turn_each
    def steps():
        yield done.append("step")

    job = one_turn(lambda: done.append("job"))
    threads = [ask(job), ask(steps)]
    held.set()
    for thread in threads:
        thread.join(10)
    assert done == ["step", "job"]


def test_what_nobody_asked_for_comes_last(held):
    done = []

    @a_turn_each
    def steps():
        yield done.append("step")

    idle(lambda: done.append("idle"))
    threads = [ask(one_turn(lambda: done.append("job"))), ask(steps)]
    held.set()
    for thread in threads:
        thread.join(10)
    one_turn(lambda: None)()
    assert done[:2] == ["step", "job"]


def test_an_idle_job_gives_way_at_each_of_its_pieces():
    done, begun, go_on, ended = [], threading.Event(), threading.Event(), threading.Event()

    @cached
    def piece(number):
        done.append(f"piece {number}")

    def long_job():
        for number in range(2):
            piece(number)
            begun.set()
            go_on.wait(10)
        ended.set()

    idle(long_job)
    assert begun.wait(10)
    thread = ask(one_turn(lambda: done.append("visitor")))
    go_on.set()
    thread.join(10)
    assert ended.wait(10) and done == ["piece 0", "visitor", "piece 1"]
    assert one_turn(lambda: 7)() == 7  # the turn that was handed in for what was done meanwhile does no harm


def test_who_comes_between_may_take_gradients():
    begun, go_on, modes = threading.Event(), threading.Event(), []

    @torch.inference_mode()
    def without_gradients():
        begun.set()
        go_on.wait(10)
        give_way()

    idle(without_gradients)
    assert begun.wait(10)
    thread = ask(one_turn(lambda: modes.extend([torch.is_inference_mode_enabled(), torch.is_grad_enabled()])))
    go_on.set()
    thread.join(10)
    assert modes == [False, True]


def test_who_waits_too_long_is_told_and_his_job_is_not_begun_any_more(held, monkeypatch):
    monkeypatch.setattr(work, "WAIT_S", 0.05)
    done = []

    @a_turn_each
    def steps():
        yield done.append("step")

    for ask_for in (
        one_turn(lambda: done.append("job")),
        steps,
    ):
        with pytest.raises(gr.Error, match="busy"):
            list(ask_for() or ())
    held.set()
    monkeypatch.undo()
    assert one_turn(lambda: 7)() == 7 and not done


def test_a_job_that_ran_out_of_time_itself_says_so():
    @one_turn
    def slow_disk():
        raise TimeoutError("no answer from the disk")

    with pytest.raises(TimeoutError, match="disk"):
        slow_disk()


def test_everything_is_computed_in_one_thread_and_in_the_context_of_who_asks():
    visitor = ContextVar("visitor")
    visitor.set("me")

    @a_turn_each
    def steps():
        yield threading.current_thread().name.partition("_")[0], visitor.get()
        yield threading.current_thread().name.partition("_")[0], visitor.get()

    assert list(steps()) == [("compute", "me")] * 2


def test_an_error_reaches_who_asked_and_the_thread_goes_on():
    @a_turn_each
    def fails():
        yield 1
        raise ValueError("no")

    steps = fails()
    assert next(steps) == 1
    with pytest.raises(ValueError, match="no"):
        next(steps)
    assert one_turn(lambda: 7)() == 7
