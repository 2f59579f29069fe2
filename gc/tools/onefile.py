#!/usr/bin/env python3
"""Makes tenure.c and tenure.h, the whole library as two files, for hosts that want no build system of ours (and beside
them tenure.hpp, as it is, for those in C++):

    gc/tools/onefile.py FOLDER
    cd FOLDER && cc -O2 -c tenure.c

tenure.h is the public headers in the order of include/tenure.h. tenure.c is the internal headers and all sources, in
the order of gc/meson.build. What is static in one source may have the same name as in another, so names that two files
declare get the file's name as an ending. Macros of a source end with it. What only the library's own sources share is
hidden from the program that links it.
"""
import os
import re
import sys
from collections import Counter

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\.?\d[\w.]*|->|\s+|.', re.S)
SYSTEM = re.compile(r'^(#(?:if|el)[^\n]*\n)?(#include <[^>]+>)[^\n]*\n', re.M)
INCLUDE = re.compile(r'^#include "([^"]+)"[^\n]*\n', re.M)
NO_NAMES = {'static', 'const', 'struct', 'union', 'enum', 'typedef', 'void', 'bool', 'char', 'unsigned', 'int', 'long',
            'double', 'size_t', 'volatile', 'extern', 'inline', '__attribute__', '_Static_assert', 'sizeof'}


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def tokens(text):
    return TOKEN.findall(text)


def is_code(token):
    return not token.isspace() and not token.startswith(('/*', '//'))


def is_name(part):
    return isinstance(part, str) and re.match(r'[A-Za-z_]', part) is not None


def without_directives(text):
    return re.sub(r'^[ \t]*#(?:[^\n\\]|\\.)*', '', text, flags=re.M | re.S)


def statements(text):
    """The code tokens of each declaration at file scope; bodies in braces are lists of their own."""
    found, stack = [], [[]]
    for token in filter(is_code, tokens(without_directives(text))):
        if token == '{':
            stack.append([])
        elif token == '}':
            body = stack.pop()
            stack[-1].append(body)
            if len(stack) == 1 and '(' in stack[0] and 'typedef' not in stack[0] and '=' not in stack[0]:
                found.append(stack.pop())
                stack.append([])
        elif token == ';' and len(stack) == 1:
            found.append(stack.pop())
            stack.append([])
        else:
            stack[-1].append(token)
    return found


def declared_by(flat):
    """The name of a static function or variable, from the code tokens before its body or value."""
    text = ' '.join(flat[:flat.index('=')] if '=' in flat else flat)
    text = re.sub(r'__attribute__ \( \( .*? \) \)', '', text)
    for pattern in r'^[^(]*\( \* (?:const )?(\w+)', r'(\w+) \(', r'^[^\[]*?(\w+) ?(?:\[.*)?$':
        found = re.search(pattern, text)
        if found:
            return found.group(1)
    return None


def declared(text):
    """The names that a source declares at file scope: types, constants, static functions and variables."""
    names = set()
    for parts in statements(text):
        flat = [part for part in parts if not isinstance(part, list)]
        bodies = [part for part in parts if isinstance(part, list)]
        for i, part in enumerate(parts[:-2]):
            if part in ('struct', 'union', 'enum') and is_name(parts[i + 1]) and isinstance(parts[i + 2], list):
                names.add(parts[i + 1])
        if 'enum' in flat and bodies:
            body = [','] + bodies[0]
            names.update(body[i + 1] for i, part in enumerate(body[:-1]) if part == ',' and is_name(body[i + 1]))
        if flat and flat[0] == 'typedef':
            pointer = re.search(r'\( \* (\w+) \)', ' '.join(flat))
            names.add(pointer.group(1) if pointer else flat[-1])
        elif 'static' in flat or 'TNI_INLINE' in flat:
            names.add(declared_by(flat))
    return {name for name in names
            if name and name not in NO_NAMES and not name.startswith(('tn_', 'tni_', 'TNI_'))}


def rename(text, names, ending):
    """The text with the names changed, but for members: after a dot or an arrow, and where a struct declares them."""
    result, last, braces = [], '', []
    all_tokens = tokens(text)
    code = [token for token in all_tokens if is_code(token)]
    at, head = 0, ''
    for token in all_tokens:
        if not is_code(token):
            result.append(token)
            continue
        at += 1
        following = code[at] if at < len(code) else ''
        if token == '{':
            braces.append(head)
        elif token == '}':
            head = braces.pop() if braces else ''
        declared_here = braces and braces[-1] == 'struct' and following in (';', ',', '[', ':', ')')
        member = last in ('.', '->') or (declared_here and last not in ('struct', 'enum', 'union'))
        result.append(token + ending if token in names and not member else token)
        if token in ('struct', 'union'):
            head = 'struct'
        elif token in (';', ')', '=', '}'):
            head = ''
        last = token
    return ''.join(result)


def public():
    order = re.findall(r'#include "(tenure/[^"]+)"', read('include/tenure.h'))
    done, parts = set(), []

    def add(name):
        if name in done:
            return
        done.add(name)
        text = read('include/' + name)
        for other in INCLUDE.findall(text):
            add('tenure/' + other)
        parts.append(INCLUDE.sub('', text))

    for name in order:
        add(name)
    return ('/* tenure.h: all public headers of Tenure, made by gc/tools/onefile.py. */\n#ifndef TENURE_ONE_FILE_H\n'
            '#define TENURE_ONE_FILE_H\n\n' + '\n'.join(parts) + '\n#endif\n')


def take_system_headers(text, taken):
    """The text without them, but for those that a condition guards: their functions are not to be hidden."""
    def replace(found):
        condition, include = found.groups()
        if condition:
            return f'{condition}#pragma GCC visibility push(default)\n{include}\n#pragma GCC visibility pop\n'
        taken.add(include)
        return ''
    return SYSTEM.sub(replace, text)


def private():
    done, parts = set(), []
    sources = re.findall(r"^  '(.*\.c)',", read('gc/meson.build'), re.M)
    texts = {name: read('gc/' + name) for name in sources if name != 'mutator/export.c'}

    def add_headers(text):
        for name in INCLUDE.findall(text):
            if name == 'tenure.h' or name.startswith('tenure/') or name in done:
                continue
            done.add(name)
            header = read('gc/' + name)
            add_headers(header)
            parts.append('/* ---- gc/' + name + ' ---- */\n\n' + INCLUDE.sub('', header))

    for text in texts.values():
        add_headers(text)
    in_headers = Counter(token for part in parts for token in set(filter(is_name, tokens(part))))
    count = Counter(name for text in texts.values() for name in declared(text))
    for name, text in texts.items():
        mine = {word for word in declared(text) if count[word] > 1 or in_headers[word] or len(word) < 9}
        text = rename(INCLUDE.sub('', text), mine, '_in_' + re.sub(r'\W', '_', name[:-2]))
        macros = set(re.findall(r'^#define (\w+)', text, re.M)) - {'_GNU_SOURCE'}
        ends = ''.join('#undef ' + macro + '\n' for macro in sorted(macros))
        parts.append('/* ---- gc/' + name + ' ---- */\n\n' + text + '\n' + ends)
    system = set()
    body = take_system_headers('\n'.join(parts), system)
    return ('/* tenure.c: Tenure as one file, made by gc/tools/onefile.py. Compile it with -fexceptions if a hook of\n'
            ' * the host may throw an exception of C++, and with -DTN_API_= to hide the API from other parts of a\n'
            ' * process, as a plugin should. */\n'
            '#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n' + '\n'.join(sorted(system)) +
            '\n\n#pragma GCC visibility push(hidden)\n'
            '#define TN_INLINE_ TN_API_ /* every inline function is an exported one as well */\n'
            '#include "tenure.h"\n\n' + body + '\n#pragma GCC visibility pop\n')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    texts = {'tenure.h': public(), 'tenure.hpp': read('include/tenure.hpp'), 'tenure.c': private()}
    for name, text in texts.items():
        with open(os.path.join(sys.argv[1], name), 'w', encoding='utf-8') as file:
            file.write(text)


main()
