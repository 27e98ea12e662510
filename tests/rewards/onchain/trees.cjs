// Reads lists of claims, answers each tree as OpenZeppelin's own library dumps it.
const fs = require("node:fs");
const {StandardMerkleTree} = require("@openzeppelin/merkle-tree");

const lists = JSON.parse(fs.readFileSync(0, "utf8"));
const encoding = ["address", "address", "uint256"];
const trees = lists.map((claims) => StandardMerkleTree.of(claims, encoding).dump());
process.stdout.write(JSON.stringify(trees));
