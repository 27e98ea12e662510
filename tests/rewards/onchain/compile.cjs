// Compiles the Solidity file named first, with imports out of node_modules; prints solc's answer.
const fs = require("node:fs");
const path = require("node:path");
const solc = require("solc");

const [source] = process.argv.slice(2);
const input = {
  language: "Solidity",
  sources: {"CumulativeClaims.sol": {content: fs.readFileSync(source, "utf8")}},
  settings: {
    evmVersion: "paris",
    optimizer: {enabled: true, runs: 200},
    outputSelection: {"*": {"*": ["abi", "evm.bytecode.object"]}},
  },
};
const found = (name) => ({contents: fs.readFileSync(path.join("node_modules", name), "utf8")});
process.stdout.write(solc.compile(JSON.stringify(input), {import: found}));
