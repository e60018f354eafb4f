/** The one table of diagnostic codes: what each means and the usual way out. docs are generated from it. */

interface Row {
  readonly level: "error" | "warning";
  readonly means: string;
  /** The default way out; a reporter that knows better gives its own. */
  readonly hint: string;
}

const TABLE = {
  // The tree
  empty_desired_state: error(
    "The tree holds no resource; an empty source never means remove all.",
    "commit the resources first: concordat init shows a first set",
  ),
  limit: error(
    "A size, count or length is over its limit.",
    "split or shorten it, or raise the limit in the settings",
  ),
  bad_mode: error(
    "A file is a symbolic link, or of another kind than a plain file.",
    "commit the file itself in place of the link",
  ),
  executable_file: warning(
    "A file is marked executable, which no file of a trust repository needs to be.",
    "git update-index --chmod=-x FILE",
  ),
  submodule: error(
    "The tree holds a submodule, or a .gitmodules file.",
    "copy the files you need into this repository and remove the submodule",
  ),
  bad_name: error(
    "A path has a part that some systems or git itself read as something else.",
    "rename it: letters, digits, dot, hyphen and underscore are safe everywhere",
  ),
  ambiguous_path: error(
    "Two paths are one on a system that folds case or Unicode forms.",
    "rename or remove one of the two",
  ),
  unknown_directory: error(
    "A top-level folder has no place in a trust repository.",
    "move it into docs/ or a folder whose name begins with a dot, or out of the repository",
  ),
  unknown_file: error(
    "A file is neither a resource (.yaml), a document (.json) nor a note (.md).",
    "remove it, or move it into a folder whose name begins with a dot",
  ),
  private_key: error(
    "A file, or a field of one, looks like a private key.",
    "treat the key as compromised: replace it, and remove it from the repository and its history",
  ),
  unreferenced_document: warning(
    "No resource refers to this JSON document.",
    "remove it, or refer to it from an Authority or a RevocationFeed",
  ),
  too_many_faults: error(
    "A file, or the tree, has more faults than are listed.",
    "mend the ones listed, and run again",
  ),
  // The text
  not_utf8: error("The bytes are not UTF-8.", "save the file as UTF-8"),
  utf16: error("The file is UTF-16.", "save the file as UTF-8 without a byte order mark"),
  byte_order_mark: error(
    "The file begins with a byte order mark.",
    "save the file as UTF-8 without a byte order mark",
  ),
  control_character: error(
    "The text holds a control character.",
    "remove it; a line ends in a line feed, with or without a carriage return before it",
  ),
  bidi_control: error(
    "The text holds a character that reorders what people see.",
    "remove it, and check who wrote the line: it can make a review see another text",
  ),
  invisible_character: error(
    "The text holds a character that nobody sees.",
    "remove it: retype the word by hand",
  ),
  lone_surrogate: error(
    "An escape stands for half of a character.",
    "write the character itself, or both halves",
  ),
  // YAML
  yaml_syntax: error(
    "The text is not YAML 1.2.",
    "compare the indentation and the quotes with the lines around it",
  ),
  depth: error("Maps and lists stand too deep inside each other.", "flatten the value"),
  alias_forbidden: error(
    "Anchors and aliases are refused: a reader must see what it reads.",
    "write the value out in each place",
  ),
  merge_forbidden: error(
    "Merge keys are refused: a reader must see what it reads.",
    "write the fields out in each place",
  ),
  tag_forbidden: error(
    "Tags are refused: the schema alone says what a value is.",
    "remove the tag, and quote the value if it is a text",
  ),
  directive_forbidden: error("Directives are refused: every file is YAML 1.2.", "remove the line"),
  duplicate_key: error("A key stands twice in one map.", "keep one of the two"),
  non_string_key: error("A key is not a string.", "quote the key"),
  bad_key: error(
    "A key is empty, too long, or not one line of plain characters.",
    "use 1 to 128 printable ASCII characters without spaces",
  ),
  reserved_key: error("A key is a name that JavaScript programs give a meaning.", "rename the key"),
  bad_number: error(
    "A number is not a plain decimal integer, and readers disagree on what it is. Claims and metadata take floats such as 1.5.",
    "quote it if it is a text, or write a plain integer",
  ),
  number_out_of_range: error(
    "An integer is outside -(2^53 - 1) .. 2^53 - 1.",
    "quote it if it is a text",
  ),
  ambiguous_scalar: error("YAML 1.1 readers take an unquoted word for another type.", "quote it"),
  empty_document: error(
    "A file or document holds nothing but space and comments.",
    "remove it, or write the resource",
  ),
  // The shape of a resource
  not_a_resource: error(
    "A document is not a map with apiVersion, kind, metadata and spec.",
    "begin with apiVersion: concordat/v1 and a kind",
  ),
  unknown_api_version: error(
    "The apiVersion is not one that this version reads.",
    "write apiVersion: concordat/v1",
  ),
  unknown_kind: error(
    "The kind is not one of the eight.",
    "see the schemas for the kinds and their fields",
  ),
  unknown_field: error("A field has no meaning here.", "remove it"),
  missing_field: error("A required field is missing.", "add it"),
  wrong_type: error("A value is of another type than its field.", "see the schema of the kind"),
  unknown_value: error(
    "A value is not one of those its field knows.",
    "see the schema of the kind",
  ),
  bad_format: error(
    "A text does not have the form its field asks for.",
    "see the schema of the kind",
  ),
  bad_length: error("A text, list or map is too short or too long.", "see the schema of the kind"),
  out_of_range: error("A number is too small or too large.", "see the schema of the kind"),
  conflicting_fields: error(
    "Two fields exclude each other, or one stands without the other.",
    "keep one of them",
  ),
  // What the resources say together
  missing_authority: error(
    "No resource says who the local sovereign is.",
    "write exactly one Authority resource",
  ),
  duplicate_authority: error(
    "More than one Authority.",
    "keep one: a repository speaks for one sovereign",
  ),
  duplicate_policy: error("More than one RecognitionPolicy.", "merge them into one"),
  duplicate_name: error("Two resources of one kind have one name.", "rename one of them"),
  duplicate_key_id: error("Two operator keys have one key id.", "give each key its own keyId"),
  duplicate_sovereign_id: error(
    "One sovereign id stands for two sovereigns.",
    "keep one resource for each sovereign",
  ),
  duplicate_issuer: error(
    "A policy names one issuer twice; only the first entry would count.",
    "merge the two entries",
  ),
  duplicate_feed: error("Two feed resources name one file or one feed.", "keep one of them"),
  duplicate_revocation: error("Two revocations name one target.", "keep one of them"),
  shared_public_key: error("One public key stands under two names.", "give each its own key"),
  own_public_key: error(
    "The authority's own key is given to someone else.",
    "use that party's own public key",
  ),
  bad_public_key: error(
    "A public key is not one that signatures can be trusted under.",
    "ask its owner for the key again; concordat keygen makes one",
  ),
  unknown_reference: error(
    "A resource refers to one that is not in the tree.",
    "name an existing resource, or add it",
  ),
  treaty_to_self: error(
    "A treaty recognises the local sovereign itself.",
    "name a foreign Sovereign as the subject",
  ),
  bad_time: error(
    "A date-time or duration does not exist.",
    'write a date-time as "2026-12-01T00:00:00Z" and a duration as 90s, 15m, 72h or 30d',
  ),
  bad_validity: error("A window ends before it begins.", "put until after from"),
  bad_renewal: error(
    "A renewal has nothing to renew, or renews at once.",
    "use renewal with validity.for, and a renewal.before shorter than it",
  ),
  missing_document: error(
    "A resource refers to a document that is not in the tree.",
    "give the path from the root of the repository, and commit the file",
  ),
  bad_document: error(
    "A referenced document cannot be read.",
    "replace it with the file as its signer published it",
  ),
  genesis_signature: error(
    "The genesis is not signed by its own root key.",
    "sign it with the root key it names",
  ),
  genesis_name_mismatch: error(
    "The genesis is another network's.",
    "use the genesis whose network_name is the sovereignId",
  ),
  authority_key_mismatch: error(
    "The genesis names another authority key.",
    "use the public key that the genesis names, or have the root key sign a new genesis",
  ),
  feed_issuer_mismatch: error(
    "The feed is another sovereign's.",
    "name the sovereign that issued it",
  ),
  feed_signature: error(
    "No key of the issuer signed the feed.",
    "fetch the feed again, or update the sovereign's publicKeys",
  ),
  self_lockout: error(
    "No operator could act after this: no active privileged key that is not revoked.",
    "keep or add an OperatorKey with tier: privileged and state: active",
  ),
} as const satisfies Record<string, Row>;

export type DiagnosticCode = keyof typeof TABLE;

export const DIAGNOSTICS: Readonly<Record<DiagnosticCode, Row>> = TABLE;

function error(means: string, hint: string): Row {
  return { level: "error", means, hint };
}

function warning(means: string, hint: string): Row {
  return { level: "warning", means, hint };
}
