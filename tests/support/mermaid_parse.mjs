// Parses diagrams with mermaid's own parser: a JSON list of texts comes in, one of types or errors goes out.
// The argument is the folder in which the package mermaid is installed.
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";

const { default: mermaid } = await import(
  pathToFileURL(`${process.argv[2]}/mermaid/dist/mermaid.core.mjs`)
);
const answers = [];
for (const diagram of JSON.parse(await text(process.stdin))) {
  try {
    answers.push((await mermaid.parse(diagram)).diagramType);
  } catch (error) {
    answers.push(String(error));
  }
}
process.stdout.write(JSON.stringify(answers));
