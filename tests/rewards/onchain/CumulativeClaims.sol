// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// A token with a fixed supply, for the test alone.
contract DrivenToken is ERC20 {
    constructor(uint256 supply) ERC20("Driven", "DRV") {
        _mint(msg.sender, supply);
    }

    function decimals() public pure override returns (uint8) {
        return 9;
    }
}

/// Pays what an address has earned in all its life, less what it was paid before: so a root that
/// came late, twice or never neither loses nor doubles money. Leaves are OpenZeppelin's standard-v1
/// of (address account, address token, uint256 cumulative), as the node's tree.json has them.
contract CumulativeClaims {
    using SafeERC20 for IERC20;

    address public immutable owner;
    IERC20 public immutable token;
    bytes32 public root;
    mapping(address account => uint256 paid) public claimed;

    error NotOwner();
    error WrongProof();
    error NothingLeft();

    constructor(IERC20 token_) {
        owner = msg.sender;
        token = token_;
    }

    function setRoot(bytes32 root_) external {
        if (msg.sender != owner) revert NotOwner();
        root = root_;
    }

    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external {
        bytes32 leaf = keccak256(
            bytes.concat(keccak256(abi.encode(account, address(token), cumulative)))
        );
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert WrongProof();
        uint256 before = claimed[account];
        if (cumulative <= before) revert NothingLeft();
        claimed[account] = cumulative;
        token.safeTransfer(account, cumulative - before);
    }
}
