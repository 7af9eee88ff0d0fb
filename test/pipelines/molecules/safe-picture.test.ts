import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  escapeText,
  safePicture,
  UnsafePicture,
} from '../../../src/pipelines/molecules/pictures/safe-picture.js';

const frame = { width: 300, height: 200, title: 'Structure of CCO' };
const OPEN =
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" viewBox="0 0 300 200" role="img"><title>Structure of CCO</title>';
const picture = (content: string) => safePicture(`<svg version='1.1' width='9px'>${content}</svg>`, frame);

describe('safePicture', () => {
  it('keeps shapes, and makes attributes of their styles', () => {
    const drawn = `<?xml version='1.0' encoding='iso-8859-1'?>
      <svg version='1.1' xmlns='http://www.w3.org/2000/svg' xmlns:rdkit='http://www.rdkit.org/xml' xml:space='preserve'
        width='250px' height='200px' viewBox='0 0 250 200'>
      <!-- END OF HEADER -->
      <path class='bond-0 atom-0' d='M 1.5,2 L 3,4' style='fill:none;fill-rule:evenodd;stroke:#FF0000;stroke-width:2.0px' />
      <text x='1' y='2' style='font-size:12px;fill:#000000' >N &lt; O&#43;</text>
      </svg>\n`;
    expect(safePicture(drawn, frame)).toBe(
      `${OPEN}<path d="M 1.5,2 L 3,4" fill="none" fill-rule="evenodd" stroke="#FF0000" stroke-width="2.0px"/>` +
        '<text x="1" y="2" font-size="12px" fill="#000000">N &lt; O+</text></svg>',
    );
  });

  it.each([
    { what: 'a script', content: '<script>alert(1)</script>' },
    { what: 'foreign content', content: '<foreignObject><p>x</p></foreignObject>' },
    { what: 'a link', content: "<a href='https://example.org'><path d='M 0,0'/></a>" },
    { what: 'an image', content: "<image href='https://example.org/x.png' width='1' height='1'/>" },
    { what: 'a reference', content: "<use href='#x'/>" },
    { what: 'a style sheet', content: '<style>path { fill: url(https://example.org) }</style>' },
    { what: 'an animation', content: "<set attributeName='href' to='x'/>" },
    { what: 'a picture within', content: "<svg width='1'><path d='M 0,0'/></svg>" },
    { what: 'loose text', content: 'hello' },
    { what: 'a wrong end', content: '<g></path>' },
    { what: 'raw markup', content: '<![CDATA[<script>]]>' },
    { what: 'a document type', content: "<!DOCTYPE svg SYSTEM 'file:///etc/passwd'>" },
    { what: 'an unknown entity', content: '<text>&xxe;</text>' },
    { what: 'an unquoted attribute', content: '<path d=M0/>' },
    { what: 'a comment that hides an end', content: '<!-- <path d="M 0,0"/>' },
  ])('refuses $what', ({ content }) => {
    expect(() => picture(content)).toThrow(UnsafePicture);
  });

  it.each([
    { what: 'handlers', attributes: "onload='alert(1)' onclick='alert(1)'" },
    { what: 'addresses', attributes: "href='https://example.org' xlink:href='x' src='x'" },
    { what: 'paint from elsewhere', attributes: "fill='url(https://example.org#p)' stroke='url(#p)'" },
    {
      what: 'styles that fetch',
      attributes: "style='fill:url(//example.org);background:url(x);behavior:url(x)'",
    },
    { what: 'filters and classes', attributes: "filter='url(#f)' class='x' id='y' mask='url(#m)'" },
    { what: 'what is no path', attributes: "d='javascript:alert(1)'" },
  ])('leaves out $what', ({ attributes }) => {
    expect(picture(`<path ${attributes}/>`)).toBe(`${OPEN}<path/></svg>`);
  });

  it('writes a title as text, whatever it is', () => {
    const title = '</title><script>"\u0000&\ud800';
    expect(safePicture('<svg></svg>', { ...frame, title })).toContain(
      '<title>&lt;/title&gt;&lt;script&gt;"\ufffd&amp;\ufffd</title>',
    );
    expect(escapeText('C#N')).toBe('C#N');
  });

  it('answers known elements or throws, for any markup', () => {
    const piece = fc.oneof(
      fc.constantFrom('<', '>', '/', "'", '"', '<svg>', '</svg>', '<path ', "d='M 0'", '<text>', '&lt;', '&'),
      fc.constantFrom(
        '<!--',
        '-->',
        '<script>',
        'style=',
        'onload=',
        'url(',
        'javascript:',
        '\n',
        '<?',
        '?>',
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let answer: string;
        try {
          answer = picture(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(UnsafePicture);
          return;
        }
        const elements = [...answer.matchAll(/<\/?([^\s/>]+)/g)].map(([, name]) => name);
        expect(elements.filter((name) => !/^(?:svg|title|path|text|tspan|g)$/.test(name ?? ''))).toEqual([]);
        expect(answer).not.toMatch(/<[^>]*(?:onload|style|url\(|javascript)/);
      }),
    );
  });
});
