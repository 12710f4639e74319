"""Running our `flask` commands, which a site does not load."""

from click.testing import Result
from flask import Flask

from booking import cli


def flask(app: Flask, *words: str, typed: str = "") -> Result:
    """What `flask WORDS` does and says; a fault that is no refusal is raised here."""
    cli.register(app)
    done = app.test_cli_runner().invoke(args=list(words), input=typed)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done
