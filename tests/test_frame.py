"""The frame that every page stands in."""

from flask.testing import FlaskClient


def test_a_missing_page_says_so_with_a_way_on(client: FlaskClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "We cannot find that page" in response.text


def test_the_database_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
