/**
 * The document of version 2 in the form that kubectl takes it: protobuf, as gnostic's `openapiv2/OpenAPIv2.proto` has it.
 * Every kubectl asks for it to validate a `kind: List` and the kinds that cannot be patched; older ones for everything.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Json, JsonObject } from './openapi-schemas.ts';

/** The field's number, and how its value is written; `[]` repeats it, `Map` has one entry a key. */
type Field = readonly [number: number, form: string];

/** By message and JSON name; `x-` stands for all extensions. Only what hooklet's document uses. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Document: { swagger: [1, 'string'], info: [2, 'Info'], paths: [8, 'Paths'], definitions: [9, 'Schemas'] },
  Info: { title: [1, 'string'], version: [2, 'string'] },
  PathItem: {
    get: [2, 'Operation'],
    put: [3, 'Operation'],
    post: [4, 'Operation'],
    delete: [5, 'Operation'],
    patch: [8, 'Operation'],
    parameters: [9, '[]Parameter'],
  },
  Operation: {
    tags: [1, '[]string'],
    description: [3, 'string'],
    operationId: [5, 'string'],
    produces: [6, '[]string'],
    consumes: [7, '[]string'],
    parameters: [8, '[]Parameter'],
    responses: [9, 'Responses'],
    schemes: [10, '[]string'],
    'x-': [13, 'extension'],
  },
  BodyParameter: { name: [2, 'string'], in: [3, 'string'], required: [4, 'bool'], schema: [5, 'Schema'] },
  QueryParameter: { in: [2, 'string'], description: [3, 'string'], name: [4, 'string'], type: [6, 'string'] },
  PathParameter: { required: [1, 'bool'], in: [2, 'string'], description: [3, 'string'], name: [4, 'string'], type: [5, 'string'] },
  Response: { description: [1, 'string'], schema: [2, 'SchemaItem'] },
  Schema: {
    $ref: [1, 'string'],
    format: [2, 'string'],
    description: [4, 'string'],
    default: [5, 'Any'],
    required: [19, '[]string'],
    enum: [20, '[]Any'],
    additionalProperties: [21, 'SchemaItem'],
    type: [22, 'TypeItem'],
    items: [23, 'SchemaItem'],
    properties: [25, 'Schemas'],
    'x-': [31, 'extension'],
  },
};

/** Maps are lists of (name, value): the number of the list's field, and what a value is. */
const MAPS: Readonly<Record<string, Field>> = { Paths: [2, 'PathItem'], Schemas: [1, 'Schema'], Responses: [1, 'ResponseValue'] };

/** Messages with one field around the value. */
const WRAPPERS: Readonly<Record<string, Field>> = { SchemaItem: [1, 'Schema'], TypeItem: [1, 'string'], ResponseValue: [1, 'Response'] };

export function encodeV2Document(document: JsonObject): Uint8Array {
  // Nobody reads from this form how to authenticate.
  const { security, securityDefinitions, ...rest } = document;
  const writer = new BinaryWriter();
  writeMessage(writer, 'Document', rest);
  return writer.finish();
}

function writeMessage(writer: BinaryWriter, message: string, value: JsonObject): void {
  const fields = MESSAGES[message] as Readonly<Record<string, Field>>;
  for (const [name, member] of Object.entries(value)) {
    const field = fields[name.startsWith('x-') ? 'x-' : name];
    if (field === undefined) throw new Error(`${message}.${name} is not in scripts/api-schema/openapi-v2-protobuf.ts`);
    if (field[1] === 'extension') writeNamed(writer, field[0], { name, form: 'Any', value: member });
    else if (!field[1].startsWith('[]')) writeField(writer, field, member);
    else for (const one of member as readonly Json[]) writeField(writer, [field[0], field[1].slice(2)], one);
  }
}

function writeField(writer: BinaryWriter, [number, form]: Field, value: Json): void {
  if (form === 'string') {
    writer.uint32((number << 3) | 2).string(value as string);
    return;
  }
  if (form === 'bool') {
    writer.uint32(number << 3).bool(value as boolean);
    return;
  }
  writer.uint32((number << 3) | 2).fork();
  writeContent(writer, form, value);
  writer.join();
}

function writeContent(writer: BinaryWriter, form: string, value: Json): void {
  const map = MAPS[form];
  const wrapper = WRAPPERS[form];
  if (map !== undefined) {
    for (const [name, one] of Object.entries(value as JsonObject)) writeNamed(writer, map[0], { name, form: map[1], value: one });
  } else if (wrapper !== undefined) writeField(writer, wrapper, value);
  // JSON is YAML.
  else if (form === 'Any') writeField(writer, [2, 'string'], JSON.stringify(value));
  else if (form === 'Parameter') writeParameter(writer, value as JsonObject);
  else writeMessage(writer, form, value as JsonObject);
}

function writeNamed(
  writer: BinaryWriter,
  number: number,
  entry: { readonly name: string; readonly form: string; readonly value: Json },
): void {
  writer.uint32((number << 3) | 2).fork();
  writeField(writer, [1, 'string'], entry.name);
  writeField(writer, [2, entry.form], entry.value);
  writer.join();
}

/** ParametersItem { Parameter { BodyParameter | NonBodyParameter { QueryParameterSubSchema | PathParameterSubSchema } } } */
function writeParameter(writer: BinaryWriter, parameter: JsonObject): void {
  const place = parameter['in'];
  writer.uint32((1 << 3) | 2).fork();
  if (place === 'body') writeField(writer, [1, 'BodyParameter'], parameter);
  else {
    writer.uint32((2 << 3) | 2).fork();
    writeField(writer, place === 'query' ? [3, 'QueryParameter'] : [4, 'PathParameter'], parameter);
    writer.join();
  }
  writer.join();
}
