import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiObject, ApiTable, TableCell } from '../model/api-objects.ts';
import { TablePrinter, type TablePrintOptions } from './print-table.ts';
import { tableColumns } from './table-of.ts';

const object = (name: string, more: object = {}): ApiObject => ({ metadata: { name, namespace: 'default', ...more } });

function table(...rows: readonly (readonly [cells: readonly TableCell[], object?: ApiObject])[]): ApiTable {
  return {
    apiVersion: 'meta.k8s.io/v1',
    kind: 'Table',
    columnDefinitions: tableColumns('configmaps'),
    rows: rows.map(([cells, of]) => (of === undefined ? { cells } : { cells, object: of })),
  };
}

const both = table(
  [['settings', 2, '5m'], object('settings', { labels: { app: 'web', 'example.com/tier': 'a' } })],
  [['x', 10, '10d'], object('x')],
);

const LINES: readonly (readonly [what: string, options: TablePrintOptions, text: string])[] = [
  ['headers and rows', {}, 'NAME       DATA   AGE\nsettings   2      5m\nx          10     10d\n'],
  ['no headers', { noHeaders: true }, 'settings   2     5m\nx          10    10d\n'],
  [
    'namespaces',
    { withNamespace: true },
    'NAMESPACE   NAME       DATA   AGE\ndefault     settings   2      5m\ndefault     x          10     10d\n',
  ],
  ['kinds', { kind: 'configmap' }, 'NAME                 DATA   AGE\nconfigmap/settings   2      5m\nconfigmap/x          10     10d\n'],
  [
    'labels',
    { showLabels: true },
    'NAME       DATA   AGE   LABELS\nsettings   2      5m    app=web,example.com/tier=a\nx          10     10d   <none>\n',
  ],
  [
    'a column a label',
    { labelColumns: ['app', 'example.com/tier', 'constructor'] },
    'NAME       DATA   AGE   APP   TIER   CONSTRUCTOR\nsettings   2      5m    web   a      \nx          10     10d                \n',
  ],
];

describe('TablePrinter', () => {
  for (const [what, options, text] of LINES) it(`prints ${what}`, () => equal(new TablePrinter(options).print(both), text));

  it('leaves wide columns out unless asked', () => {
    const row = ['p', '1/1', 'Running', '0', '5m', '10.0.0.1', 'box', '<none>', '<none>'];
    const pods: ApiTable = { ...both, columnDefinitions: tableColumns('pods'), rows: [{ cells: row }] };
    equal(new TablePrinter().print(pods).split('\n')[0], 'NAME   READY   STATUS    RESTARTS   AGE');
    equal(
      new TablePrinter({ wide: true }).print(pods).split('\n')[1],
      'p      1/1     Running   0          5m    10.0.0.1   box    <none>           <none>',
    );
  });

  it('prints nothing for no rows, and the headers with the first row', () => {
    const printer = new TablePrinter();
    equal(printer.print(table()), '');
    equal(printer.print(table([['a', 1, '1s']])), 'NAME   DATA   AGE\na      1      1s\n');
  });

  it('goes on below the list in a watch: no second header, no column narrower, columns said once', () => {
    const printer = new TablePrinter();
    printer.print(both);
    equal(printer.print({ ...table([['y', 1, '1s']]), columnDefinitions: [] }), 'y          1      1s\n');
    equal(printer.print(table([['a-very-long-name', null, true]])), 'a-very-long-name          true\n');
    equal(printer.print({ ...table([['z', 1, '1s']]), columnDefinitions: [] }), 'z                  1      1s\n');
  });

  it('says the headers again when the columns change', () => {
    const printer = new TablePrinter();
    printer.print(table([['a', 1, '1s']]));
    const other: ApiTable = { ...both, columnDefinitions: tableColumns('namespaces'), rows: [{ cells: ['n', 'Active', '1s'] }] };
    equal(printer.print(other).split('\n')[0], 'NAME   STATUS   AGE');
  });

  it('keeps a cell to its first line and lets no cell take the terminal over', () => {
    equal(new TablePrinter({ noHeaders: true }).print(table([['one\ntwo', 1, '\u001b[31mred\u0007']])), 'one...   1     ^[[31mred^G\n');
  });

  it('ignores cells without a column, as of a server that errs', () => {
    equal(new TablePrinter({ noHeaders: true }).print(table([['a', 1, '1s', 'more']])), 'a     1     1s\n');
  });
});
