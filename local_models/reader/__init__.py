"""The bundled reader: weights, their checksums and their card. `local_models.training` says how they were made."""
