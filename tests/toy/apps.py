from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "tests.toy"
    label = "toy"

    def ready(self) -> None:
        """Plug the procedure in."""
        from tests.toy.procedure import Toy
        from workflows import procedures

        procedures.register(Toy())
