"""The record of a clinic: store, sign, permit, log, serve."""
