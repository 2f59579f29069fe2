#!/usr/bin/env python3
"""rot_test.py ROOT: what comments and pages say of the tree is still so. Prints file:line of each place that is not.

    lines        no line of text is longer than 120 characters, except a row of a Markdown table with short cells
    files        each file or folder that a comment or a page names exists
    names        each name with one of our prefixes (tn_, tni_, TN_, TNI_, TENURE_) that a comment or a page contains
                 exists in code; so does each function that is written with () in backticks
    callers      no comment lists the callers of a file: grep knows them, and such a list is soon wrong

gc/HISTORY.md and gc/CHANGES.md describe what was, so their names and files need not exist. Other exceptions are below,
with their reasons.
First the test checks a small tree with mistakes of each kind, and must find all of them."""

import os
import re
import subprocess
import sys
import tempfile

LONGEST, LONGEST_CELL = 120, 160

# Files that are not written by hand, or are data of other programs.
GENERATED = re.compile(r'(^|/)(corpus[^/]*|plots|results|subprojects|build[^/]*|\.git)/|^LICENSE$|(^|/)expected[^/]*$')
TEXT = re.compile(r'\.(c|h|cc|md|py|sh|scm|build|txt|in|options)$|(^|/)(meson_options\.txt|run|commands)$')
HISTORY = ('gc/HISTORY.md', 'gc/CHANGES.md')

# Files that a text names and that are not in the tree: files of a host in an example, and what a program writes.
OTHER_FILES = {'host.c', 'a.c', 'b.c', 'f.c', 'file.c', 'eval.c', 'report.md', 'results'}
PLACEHOLDER = re.compile('NAME|NN|WORKLOAD')

STRING = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
C_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|' + STRING, re.S)
HASH_TOKEN = re.compile(r'"""(?:.*?)"""|\'\'\'(?:.*?)\'\'\'|#[^\n]*|' + STRING, re.S)
FILE = re.compile(r'(?<![\w/.<*$@{}-])[\w./*-]*\w\.(?:c|h|cc|md|py|sh|scm|build|yml|svg)\b(?![\w/(*])')
FOLDER = re.compile(r'(?<![\w/.$@{}-])(?:gc|include|tests|bench|examples)/[\w./-]*\w/?(?![\w.*-])')
NAME = re.compile(r'(?<![\w#])(?:tn|tni|TN|TNI|TENURE)_\w*\*?')
CALL = re.compile(r'`([a-z_]\w*)\(\)`')
WORD = re.compile(r'\w+')


def files_of(root):
    try:
        command = ['git', '-C', root, 'ls-files', '--cached', '--others', '--exclude-standard']
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        names = out.split('\n') if os.path.exists(os.path.join(root, '.git')) else []
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not names:
        names = [os.path.relpath(os.path.join(at, name), root) for at, _, here in os.walk(root) for name in here]
    return sorted(name for name in names if name and os.path.isfile(os.path.join(root, name)))


def is_c(name):
    return name.endswith(('.c', '.h', '.cc'))


def split(name, text):
    """The text with all but comments blanked, and with the comments blanked. A page is all comment."""
    if name.endswith('.md'):
        return text, ''
    if not is_c(name) and not name.endswith(('.py', '.sh', '.build')):
        return '', text
    comment, code, at = [], [], 0
    for token in (C_TOKEN if is_c(name) else HASH_TOKEN).finditer(text):
        word = token.group()
        is_comment = word.startswith(('//', '/*', '#', '"""', "'''"))
        if word.startswith('#') and token.start() and text[token.start() - 1] in '$\\{':
            is_comment = False # in a shell: $#, ${#x}
        blank = re.sub(r'[^\n]', ' ', word)
        between = text[at:token.start()]
        comment += [re.sub(r'[^\n]', ' ', between), word if is_comment else blank]
        code += [between, blank if is_comment else word]
        at = token.end()
    comment.append(re.sub(r'[^\n]', ' ', text[at:]))
    code.append(text[at:])
    return ''.join(comment), ''.join(code)


class Tree:
    """The texts of a tree, and what is wrong with them."""

    def __init__(self, root):
        self.root, self.found = root, []
        self.names = files_of(root)
        self.texts, self.comments, self.words = {}, {}, set()
        for name in self.names:
            if GENERATED.search(name) or not TEXT.search(name):
                continue
            with open(os.path.join(root, name), encoding='utf-8') as file:
                text = file.read()
            self.texts[name] = text
            self.comments[name], code = split(name, text)
            self.words.update(WORD.findall(code))
        self.ends = set()
        for name in self.names:
            parts = name.split('/')
            for i in range(len(parts)):
                for j in range(i + 1, len(parts) + 1):
                    self.ends.add('/'.join(parts[i:j]))
        sources = [self.texts.get('gc/heap/option' + end, '') for end in ('.c', '.h')]
        options = re.findall(r'"([a-z_]+)"', ''.join(sources))
        self.words.update('TENURE_' + word.upper() for word in options)

    def complain(self, name, offset, text):
        line = self.texts[name].count('\n', 0, offset) + 1
        self.found.append((name, line, text))

    def exists(self, name, path):
        path = path.rstrip('/')
        here = os.path.normpath(os.path.join(os.path.dirname(name), path))
        if here in self.ends or os.path.normpath(path) in self.ends or path + '.c' in self.ends: # .c: it is a program
            return True
        if '*' in path:
            pattern = re.compile('(^|/)' + re.escape(path).replace(r'\*', '[^/]*') + '$')
            return any(pattern.search(known) for known in self.names)
        return False

    def lines(self, name):
        for number, line in enumerate(self.texts[name].split('\n'), 1):
            if name.endswith('.md') and line.startswith('|'):
                for cell in re.split(r'(?<!\\)\|', line):
                    if len(cell.strip()) > LONGEST_CELL:
                        self.found.append((name, number, f'lines: a table cell of {len(cell.strip())} characters'))
            elif len(line) > LONGEST:
                self.found.append((name, number, f'lines: {len(line)} characters'))

    def files(self, name):
        for pattern in (FILE, FOLDER):
            for token in pattern.finditer(self.comments[name]):
                path = token.group()
                base = os.path.basename(path.rstrip('/'))
                if path.startswith('/') or base in OTHER_FILES or PLACEHOLDER.search(path):
                    continue
                if not self.exists(name, path):
                    self.complain(name, token.start(), f"files: '{path}' does not exist")

    def identifiers(self, name):
        for token in NAME.finditer(self.comments[name]):
            word = token.group()
            if word.endswith('*') or word.endswith('_') and word not in self.words:
                if not any(known.startswith(word.rstrip('*')) for known in self.words):
                    self.complain(name, token.start(), f"names: nothing begins with '{word}'")
            elif word not in self.words and word.rstrip('s') not in self.words: # a plural
                self.complain(name, token.start(), f"names: '{word}' does not exist")
        for token in CALL.finditer(self.comments[name]):
            if token.group(1) not in self.words:
                self.complain(name, token.start(), f"names: '{token.group(1)}' does not exist")

    def callers(self, name):
        for token in re.finditer(r'\bCallers?:', self.comments[name]):
            self.complain(name, token.start(), 'callers: a list of callers')

    def check(self):
        for name in self.texts:
            self.lines(name)
            if name in HISTORY:
                continue
            self.files(name)
            self.identifiers(name)
            self.callers(name)
        return self.found


def self_test():
    """Finds each mistake in a small tree, and nothing in the right lines beside them."""
    good = ('/* a.c: uses gc/good.c, good.c, tn_good, tni_go* and TN_GOOD_. Called from "Callers" of no list. */\n'
            'int tn_good, tni_gone_by, TN_GOOD_X; /* \u00e9 counts as one character: ' + '\u00e9' * 40 + ' */\n')
    bad = ('/* gc/moved.c */\n'
           'int x; // see moved.h\n'
           'const char *s = "tn_only_in_a_string"; // tn_lost and tni_lost_*\n'
           '/* ' + 'long' * 30 + ' */\n'
           '/* Callers: good.c */\n')
    page = '| a | ' + 'cell ' * 33 + '|\n| ' + 'short | ' * 20 + '|\nsee `gc/nowhere/` and `gone()` and `TN_GONE`\n'
    history = 'tn_forgotten in forgotten.c\n'
    want = [('gc/bad.c', 1, 'files'), ('gc/bad.c', 1, 'files'), ('gc/bad.c', 2, 'files'), ('gc/bad.c', 3, 'names'),
            ('gc/bad.c', 3, 'names'), ('gc/bad.c', 4, 'lines'), ('gc/bad.c', 5, 'callers'), ('gc/page.md', 1, 'lines'),
            ('gc/page.md', 3, 'files'), ('gc/page.md', 3, 'names'), ('gc/page.md', 3, 'names')]
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(os.path.join(root, 'gc'))
        for name, text in {'good.c': good, 'bad.c': bad, 'page.md': page, 'HISTORY.md': history}.items():
            with open(os.path.join(root, 'gc', name), 'w', encoding='utf-8') as file:
                file.write(text)
        got = sorted((name, line, text.split(':')[0]) for name, line, text in Tree(root).check())
    if got != sorted(want):
        sys.exit(f'rot_test: of the seeded mistakes\n  {sorted(want)}\nit finds\n  {got}')


def main():
    self_test()
    found = Tree(sys.argv[1]).check()
    for name, line, text in sorted(found):
        print(f'{name}:{line}: {text}')
    if found:
        sys.exit(f'{len(found)} places')


main()
