// What paxiom itself says of some runs, written by test_scripts.py.

import { readFileSync } from "node:fs";

export const told = JSON.parse(readFileSync(new URL("fixtures.json", import.meta.url)));

/** Trace documents: every bug of the zoo, and random runs on every network. */
export const documents = told.runs.map(({ document }) => document);
