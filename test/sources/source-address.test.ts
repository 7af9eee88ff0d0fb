import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sourceAddress } from '../../src/sources/source-address.js';
import { DomainError } from '../../src/platform/errors.js';

const field = ['artifact', 'url'];

describe('addresses of artifacts', () => {
  it.each<[string, object]>([
    ['s3://models/esol/v1.onnx', { kind: 's3', bucket: 'models', key: 'esol/v1.onnx', versionId: null }],
    ['s3://my.models/a b?c%20.onnx', { kind: 's3', bucket: 'my.models', key: 'a b?c%20.onnx' }],
    ['s3://models/x?versionId=3sL4kq', { kind: 's3', key: 'x', versionId: '3sL4kq' }],
    ['s3://models/esol/', { kind: 's3', key: 'esol/' }],
    [
      'hf://org/repo/onnx/model.onnx',
      { kind: 'hugging-face', repository: 'org/repo', revision: 'main', path: 'onnx/model.onnx' },
    ],
    ['hf://org/repo@v1.0/m.onnx', { kind: 'hugging-face', revision: 'v1.0', path: 'm.onnx' }],
    ['hf://org/repo@refs%2Fpr%2F3/m.onnx', { kind: 'hugging-face', revision: 'refs/pr/3' }],
    ['hf://datasets/org/data@main/', { kind: 'hugging-face', repository: 'datasets/org/data', path: '' }],
    ['git+https://host/a/b.git@v1:m.onnx', { kind: 'git', ref: 'v1', path: 'm.onnx' }],
    [
      'git+https://host:8443/b.git@feature/x:models/m.onnx',
      { kind: 'git', ref: 'feature/x', path: 'models/m.onnx' },
    ],
    ['git+https://host/b.git:saved/', { kind: 'git', ref: 'HEAD', path: 'saved/' }],
  ])('takes %s', (text, found) => {
    expect(sourceAddress(text, field)).toMatchObject(found);
  });

  it.each([
    ['file:///etc/passwd', /the scheme "file"/],
    ['ftp://x/y', /the scheme "ftp"/],
    ['data:,x', /the scheme "data"/],
    ['ext::sh -c id', /./],
    ['git+ssh://host/b.git@v1:m', /the scheme "git\+ssh"/],
    ['git+https://host/b.git@--upload-pack=x:m', /where ref is a branch/],
    ['git+https://host/b.git@v1:../m', /a path inside the repository/],
    ['git+https://me:secret@host/b.git@v1:m', /without a user name and password/],
    ['git+https://host/b.git@v1', /git\+https:\/\/host\/repository.git@ref:path/],
    ['hf://repo', /hf:\/\/owner/],
    ['hf://org/repo@a..b/m.onnx', /hf:\/\/owner/],
    ['hf://org/repo/../../x', /a path inside the repository/],
    ['/etc/passwd', /an address such as/],
    ['m.onnx', /an address such as/],
    ['', /an address such as/],
    ['s3://models', /s3:\/\/bucket\/key/],
    ['s3://models/', /s3:\/\/bucket\/key/],
    ['s3:///key', /s3:\/\/bucket\/key/],
    ['https://user:pass@example.org/', /without a user name and password/],
  ])('refuses %s', (text, message) => {
    expect(() => sourceAddress(text, field)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field, message: expect.stringMatching(message) }),
    );
  });

  it('takes or refuses whatever it is given, and repeats no password', () => {
    const schemes = fc.constantFrom('https://', 's3://', 'hf://', 'git+https://', '');
    fc.assert(
      fc.property(schemes, fc.string({ unit: 'binary' }), (scheme, rest) => {
        try {
          const address = sourceAddress(`${scheme}${rest}`, field);
          if (address.kind !== 's3' && address.kind !== 'web')
            expect(address.path.split('/')).not.toContain('..');
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
        }
      }),
    );
  });
});
