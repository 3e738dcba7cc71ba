/** What a room exports, read from the source without a type checker (which takes a minute for all rooms). */
import { posix } from "node:path";
import ts from "typescript";

/** A declaration that users of a room can import. */
export interface PublicName {
  readonly name: string;
  /** Where it is declared, relative to the repository. */
  readonly path: string;
  readonly line: number;
  /** Whether it has a doc comment of its own, or is a constant whose named type has one. */
  readonly documented: boolean;
}

interface Declared {
  readonly statement: ts.Statement;
  readonly documented: boolean;
  /** The name of a constant's type: annotated, or given by the function of the same file that makes it. */
  readonly typeName?: string;
}

/**
 * The names that a file exports, its re-exports followed, by name.
 * @param read the text of a file by its path; throws where there is none
 */
export function publicNames(path: string, read: (path: string) => string): PublicName[] {
  const files = new Map<string, ts.SourceFile>();
  const parse = (file: string): ts.SourceFile => {
    const known = files.get(file);
    if (known !== undefined) return known;
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
    files.set(file, source);
    return source;
  };

  const namesOf = (file: string): Map<string, PublicName> => {
    const found = new Map<string, PublicName>();
    const source = parse(file);
    for (const [name, { statement, documented, typeName }] of declarations(source)) {
      if (!isExported(statement)) continue;
      const line = source.getLineAndCharacterOfPosition(statement.getStart()).line + 1;
      const typeDocumented = typeName !== undefined && isDocumentedIn(source, typeName);
      found.set(name, { name, path: file, line, documented: documented || typeDocumented });
    }
    for (const statement of source.statements) {
      if (!ts.isExportDeclaration(statement)) continue;
      const target = targetOf(file, statement.moduleSpecifier);
      if (target === undefined) throw new Error(`${file}: expected re-exports from the repository's own files`);
      const names = namesOf(target);
      if (statement.exportClause === undefined) for (const [name, one] of names) found.set(name, one);
      else if (ts.isNamedExports(statement.exportClause)) {
        for (const { name, propertyName } of statement.exportClause.elements) {
          const one = names.get((propertyName ?? name).text);
          if (one === undefined) throw new Error(`${file}: ${target} does not export ${name.text}`);
          found.set(name.text, { ...one, name: name.text });
        }
      }
    }
    return found;
  };

  /** Whether the type of this name, declared or imported by a file, has a doc comment. */
  const isDocumentedIn = (source: ts.SourceFile, typeName: string): boolean => {
    const own = declarations(source).get(typeName);
    if (own !== undefined) return own.documented;
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement)) continue;
      const target = targetOf(source.fileName, statement.moduleSpecifier);
      const named = statement.importClause?.namedBindings;
      if (target === undefined || named === undefined || !ts.isNamedImports(named)) continue;
      const element = named.elements.find(({ name }) => name.text === typeName);
      if (element !== undefined)
        return namesOf(target).get((element.propertyName ?? element.name).text)?.documented ?? false;
    }
    return false;
  };

  return [...namesOf(path).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a file declares at its top, by name; documented where any declaration of the name (an overload) is. */
function declarations(source: ts.SourceFile): Map<string, Declared> {
  const found = new Map<string, Declared>();
  const add = (name: ts.Node, declared: Declared) => {
    const earlier = found.get(name.getText());
    found.set(name.getText(), { ...declared, documented: declared.documented || (earlier?.documented ?? false) });
  };
  for (const statement of source.statements) {
    const documented = ts.getJSDocCommentsAndTags(statement).length > 0;
    if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) {
        const { name } = declaration;
        const typeName = typeNameOf(declaration, source);
        add(name, { statement, documented, ...(typeName === undefined ? {} : { typeName }) });
      }
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)
    ) {
      if (statement.name !== undefined) add(statement.name, { statement, documented });
    }
  }
  return found;
}

function typeNameOf({ type, initializer }: ts.VariableDeclaration, source: ts.SourceFile): string | undefined {
  const made = initializer !== undefined && ts.isCallExpression(initializer) ? initializer.expression.getText() : "";
  const maker = source.statements.find((other) => ts.isFunctionDeclaration(other) && other.name?.text === made);
  const given = type ?? (maker as ts.FunctionDeclaration | undefined)?.type;
  return given !== undefined && ts.isTypeReferenceNode(given) ? given.typeName.getText() : undefined;
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** The file that a relative specifier names; undefined for packages. */
function targetOf(file: string, specifier: ts.Expression | undefined): string | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return undefined;
  return posix.join(posix.dirname(file), specifier.text);
}
