"""The words everyone uses: frozen nouns that refuse the impossible and do nothing else."""
