// Writes the request parameters of the npm `stripe` package: for each endpoint given on standard input (`POST /v1/charges/{id}`
// on each line), the endpoint and then, indented, each leaf with its type.
//
//   node parameters.cjs < endpoints.txt > ../../../engine/src/edge/read/parameters.txt
//
// Types: `int`, `bool`, `text`, `map`, and `=a|b|c` for a choice between these values. `int=a|b` is a number or one of them.
// `?` behind a type: the empty text is accepted and unsets the parameter; `?` alone: so for the group of leaves below.
'use strict';
const fs = require('fs');
const path = require('path');
const ts = require('typescript');

const home = path.resolve(path.dirname(require.resolve('stripe')), '..');
const root = path.join(home, 'esm');
const folders = ['resources', 'resources/Checkout'];
const files = folders.flatMap((folder) => fs.readdirSync(path.join(root, folder))
  .filter((name) => name.endsWith('.d.ts') && name !== 'index.d.ts')
  .map((name) => path.join(root, folder, name)));
const program = ts.createProgram(files, { strict: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022 });
const checker = program.getTypeChecker();
const shape = (address) => address.replace(/\$?\{[^}]*\)?\}/g, '{}');

// Where each method of a class sends its request.
function endpoints(file) {
  const text = fs.readFileSync(file.replace(/\.d\.ts$/, '.js'), 'utf8');
  const found = new Map();
  const method = /\n    (\w+)\([^)]*\) \{\n(?:(?!\n    \}\n)[\s\S])*?_makeRequest\('(\w+)', [`']([^`']+)[`']/g;
  for (const [, name, verb, address] of text.matchAll(method)) found.set(name, `${verb} ${shape(address)}`);
  return found;
}

function leaves(type, at, into, depth) {
  const all = type.isUnion() ? type.types : [type];
  const isEmpty = (part) => part.isStringLiteral() && part.value === '';
  const empty = all.some(isEmpty) ? '?' : '';
  const parts = all.filter((part) => !(part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) && !isEmpty(part));
  const choices = parts.filter((part) => part.isStringLiteral()).map((part) => part.value);
  const objects = parts.filter((part) => part.flags & ts.TypeFlags.Object);
  const object = objects[0];
  if (object && checker.isArrayType(object)) {
    if (empty) into.push([at, empty]);
    return leaves(checker.getTypeArguments(object)[0], `${at}[0]`, into, depth);
  }
  if (object) {
    const name = object.symbol && object.symbol.name;
    if (name === 'Decimal') return into.push([at, `text${empty}`]);
    if (checker.getIndexInfosOfType(object).length) return into.push([at, `map${empty}`]);
    const isText = parts.some((part) => part.flags & ts.TypeFlags.String);
    if (isText) into.push([at, `text${empty}`]);
    else if (empty) into.push([at, empty]);
    if (depth > 7) return undefined;
    for (const property of objects.flatMap((one) => checker.getPropertiesOfType(one))) {
      const node = property.valueDeclaration || property.declarations[0];
      leaves(checker.getTypeOfSymbolAtLocation(property, node), at ? `${at}[${property.name}]` : property.name, into, depth + 1);
    }
    return undefined;
  }
  if (choices.length) {
    if (parts.some((part) => part.flags & ts.TypeFlags.BooleanLike)) choices.push('true', 'false');
    const number = parts.some((part) => part.flags & ts.TypeFlags.NumberLike) ? 'int' : '';
    return into.push([at, `${number}=${choices.join('|')}${empty}`]);
  }
  if (parts.some((part) => part.flags & ts.TypeFlags.BooleanLike)) return into.push([at, `bool${empty}`]);
  if (parts.some((part) => part.flags & ts.TypeFlags.NumberLike)) return into.push([at, `int${empty}`]);
  return into.push([at, `text${empty}`]);
}

// Joins the choices of a leaf that several types of a union have.
function joined(all) {
  const found = new Map();
  for (const [at, type] of all) {
    const known = found.get(at);
    const both = known && known !== type && known.startsWith('=') && type.startsWith('=');
    found.set(at, both ? `=${[...new Set(`${known.slice(1)}|${type.slice(1)}`.split('|'))].join('|')}` : known || type);
  }
  return [...found];
}

const wanted = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
const byShape = new Map(wanted.map((line) => [shape(line), line]));
const found = new Map();
for (const file of files) {
  const addresses = endpoints(file);
  const visit = (node) => {
    if (ts.isMethodDeclaration(node) && addresses.has(node.name.getText())) {
      const parameter = node.parameters.find((one) => one.name.getText() === 'params');
      const line = byShape.get(addresses.get(node.name.getText()));
      if (line && parameter && !found.has(line)) {
        const into = [];
        leaves(checker.getTypeAtLocation(parameter), '', into, 0);
        found.set(line, joined(into.filter(([at]) => at && !at.startsWith('expand'))));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(program.getSourceFile(file));
}
process.stdout.write(`# npm stripe ${fs.readFileSync(path.join(home, 'VERSION'), 'utf8').trim()}; written by clients/node/parameters.cjs\n`);
for (const line of wanted) {
  if (!found.has(line)) continue;
  process.stdout.write(`${line}\n`);
  for (const [at, type] of found.get(line)) process.stdout.write(`  ${at} ${type}\n`);
}
