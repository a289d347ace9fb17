"""What happens in this procedure, as codes of the event log and their sentences."""

from backoffice.audit.codes import register

register({"toy.noted": "Adresă de corespondență înscrisă"})
