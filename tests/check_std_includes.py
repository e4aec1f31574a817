#!/usr/bin/env python3
"""Checks that every file includes the standard headers for the names that it uses.

Which standard headers include others changes with each compiler release, so a file that relies on it builds with one compiler and not with
another. A .cc file and its test may rely on what their own header includes.

usage: check_std_includes.py SOURCE_DIR     prints what is missing; exit 1 if anything is
"""

import pathlib
import re
import sys
import tempfile

# Header: the names that it declares. Names after a bar are also declared by another header.
HEADERS = {
    "algorithm": """adjacent_find all_of any_of binary_search clamp copy_if copy_n count_if equal equal_range fill fill_n find_if
        find_if_not for_each for_each_n generate generate_n includes inplace_merge is_heap is_sorted
        lexicographical_compare lower_bound make_heap max max_element merge min min_element minmax minmax_element
        mismatch next_permutation none_of nth_element partial_sort partition partition_point pop_heap push_heap
        remove_copy_if remove_if replace reverse rotate search set_difference set_intersection set_symmetric_difference
        set_union shuffle sort sort_heap stable_partition stable_sort swap_ranges transform unique upper_bound""",
    "any": "any any_cast",
    "array": "array to_array",
    "atomic": """atomic atomic_bool atomic_flag atomic_ref atomic_thread_fence atomic_uint64_t memory_order memory_order_acq_rel
        memory_order_acquire memory_order_relaxed memory_order_release memory_order_seq_cst""",
    "barrier": "barrier",
    "bit": """bit_cast bit_ceil bit_floor bit_width countl_zero countr_one countr_zero endian has_single_bit popcount rotl
        rotr""",
    "bitset": "bitset",
    "charconv": "chars_format from_chars from_chars_result to_chars to_chars_result",
    "chrono": "chrono",
    "cmath": """abs|cstdlib ceil exp fabs floor isfinite isinf isnan llround log log10 log1p log2 lround nan nextafter pow round
        sqrt trunc""",
    "compare": "partial_ordering strong_ordering weak_ordering",
    "concepts": "convertible_to derived_from floating_point integral invocable same_as signed_integral unsigned_integral",
    "condition_variable": "condition_variable condition_variable_any cv_status",
    "csignal": "raise signal",
    "cstddef": """byte max_align_t nullptr_t ptrdiff_t
        size_t|cstdio|cstdlib|cstring|string|vector|span|string_view|array|memory|functional|optional|algorithm""",
    "cstdio": """FILE fclose fflush fgets fopen fprintf fputc fputs fread fseek ftell fwrite perror printf puts remove|algorithm
        rename snprintf sscanf""",
    "cstdlib": """_Exit abort atexit atoi div exit free getenv malloc mkstemp quick_exit realloc setenv strtod strtol strtoll
        strtoul strtoull system""",
    "cstring": """memchr memcmp memcpy memmove memset strchr strcmp strcspn strerror strlen strncmp strrchr strsignal strspn
        strstr""",
    "deque": "deque",
    "exception": """current_exception exception exception_ptr get_terminate make_exception_ptr rethrow_exception set_terminate
        terminate uncaught_exceptions""",
    "filesystem": "filesystem",
    "forward_list": "forward_list",
    "fstream": "filebuf fstream ifstream ofstream",
    "functional": """bind cref|memory function greater hash|string|memory|string_view|optional|variant|thread invoke less mem_fn
        not_fn plus ref""",
    "future": "async future launch packaged_task promise shared_future",
    "initializer_list": "initializer_list|vector|string|map|set|span|array|algorithm|unordered_map|unordered_set|deque|functional",
    "iomanip": "get_time put_time quoted setfill setprecision setw",
    "iostream": "cerr cin clog cout",
    "istream": "getline|string istream|iostream|sstream|fstream",
    "iterator": """advance|string|vector|array|map|set|span|string_view|deque|list back_inserter distance forward_iterator_tag
        front_inserter input_iterator_tag inserter istream_iterator istreambuf_iterator make_move_iterator next
        ostream_iterator prev reverse_iterator""",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map multimap",
    "memory": """addressof align allocator_traits allocator|string|vector|map assume_aligned construct_at default_delete
        destroy_at dynamic_pointer_cast enable_shared_from_this make_shared make_unique make_unique_for_overwrite
        shared_ptr static_pointer_cast uninitialized_copy unique_ptr weak_ptr""",
    "mutex": """adopt_lock call_once defer_lock lock_guard mutex once_flag recursive_mutex scoped_lock timed_mutex try_to_lock
        unique_lock""",
    "new": """align_val_t bad_alloc|memory|new get_new_handler hardware_destructive_interference_size launder new_handler
        nothrow nothrow_t set_new_handler""",
    "numeric": "accumulate exclusive_scan gcd inclusive_scan inner_product iota lcm midpoint partial_sum reduce transform_reduce",
    "optional": "make_optional nullopt nullopt_t optional",
    "ostream": "endl|iostream flush ostream|iostream|sstream|fstream",
    "queue": "priority_queue queue",
    "random": """bernoulli_distribution discrete_distribution exponential_distribution geometric_distribution minstd_rand mt19937
        mt19937_64 normal_distribution poisson_distribution random_device uniform_int_distribution
        uniform_real_distribution""",
    "ranges": "ranges|algorithm views",
    "ratio": "micro|chrono milli|chrono nano|chrono ratio|chrono",
    "regex": "cmatch regex regex_match regex_replace regex_search smatch",
    "semaphore": "binary_semaphore counting_semaphore",
    "set": "multiset set",
    "shared_mutex": "shared_lock shared_mutex",
    "span": "as_bytes as_writable_bytes dynamic_extent span",
    "sstream": "istringstream ostringstream stringstream",
    "stack": "stack",
    "stdexcept": "domain_error invalid_argument length_error logic_error out_of_range overflow_error range_error runtime_error",
    "stop_token": """stop_callback|thread|condition_variable stop_source|thread|condition_variable
        stop_token|thread|condition_variable""",
    "streambuf": "streambuf|iostream|sstream|fstream",
    "string": "char_traits|string_view stod stoi stol stoll stoul stoull string to_string u16string u32string u8string wstring",
    "string_view": "string_view|string",
    "system_error": "errc error_category error_code|filesystem generic_category make_error_code system_category system_error",
    "thread": "jthread this_thread thread",
    "tuple": """apply forward_as_tuple get|array|utility|variant ignore make_tuple tie tuple tuple_cat tuple_element
        tuple_size|array|utility""",
    "type_traits": """add_const_t common_type_t conditional_t decay_t enable_if_t false_type integral_constant invoke_result_t
        is_arithmetic_v is_base_of_v is_const_v is_convertible_v is_copy_constructible_v is_enum_v is_floating_point_v
        is_integral_v is_invocable_v is_nothrow_move_constructible_v is_pointer_v is_same_v is_signed_v
        is_standard_layout_v is_trivially_copyable_v is_unsigned_v is_void_v make_signed_t make_unsigned_t
        remove_const_t remove_cvref_t remove_reference_t true_type type_identity_t underlying_type_t void_t""",
    "typeinfo": "bad_cast type_info",
    "unordered_map": "unordered_map unordered_multimap",
    "unordered_set": "unordered_multiset unordered_set",
    "utility": """as_const cmp_equal cmp_greater cmp_greater_equal cmp_less cmp_less_equal cmp_not_equal declval|type_traits
        exchange forward|memory|functional|tuple in_place in_range index_sequence integer_sequence make_index_sequence
        make_pair|map|unordered_map move_if_noexcept
        move|algorithm|memory|string|vector|functional|optional|tuple|map|deque|set|queue|thread|mutex|list|span|variant
        pair|map|unordered_map|algorithm|tuple piecewise_construct swap|algorithm|string|vector|memory""",
    "valarray": "valarray",
    "variant": "get_if holds_alternative monostate variant visit",
    "vector": "erase_if|string|deque|map|set|unordered_map|unordered_set|list erase|string|deque|list vector",
}
# Fixed-width integers and errno are used without std:: here.
INTEGERS = re.compile(r"(?<![\w:.])(?:std::)?u?int(?:8|16|32|64|max|ptr)_t\b|\bU?INT(?:8|16|32|64|PTR)_(?:MAX|MIN)\b")
ERRNO = re.compile(r"\berrno\b")
NAME = re.compile(r"\bstd::([a-zA-Z_]\w*)")
INCLUDE = re.compile(r"^\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", re.M)
# Comments, strings and character literals. An apostrophe inside a number is none of these.
NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|R\"(\w*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])'", re.S
)


def read_table():
    """{name: (the header to include, all headers of which one is enough)}"""
    table = {}
    for header, words in HEADERS.items():
        for word in words.split():
            name, *others = word.split("|")
            table[name] = (header, {header, *others})
    return table


def standard_includes(text):
    return {name for kind, name in INCLUDE.findall(text) if kind == "<"}


def own_header(path):
    return path.with_name(re.sub(r"(_test)?\.cc$", ".h", path.name))


def missing(path, table):
    """Pairs of a header that is not included and a name that needs it."""
    text = path.read_text()
    included = standard_includes(text)
    if path.suffix == ".cc" and own_header(path).is_file():
        included |= standard_includes(own_header(path).read_text())
    code = NOISE.sub(" ", re.sub(r"^\s*#\s*include[^\n]*", "", text, flags=re.M))
    wanted = {}
    for name in NAME.findall(code):
        if name in table and not included & table[name][1]:
            wanted.setdefault(table[name][0], name)
    for pattern, headers in ((INTEGERS, ("cstdint", "cinttypes")), (ERRNO, ("cerrno",))):
        if (match := pattern.search(code)) and not included & set(headers):
            wanted[headers[0]] = match.group()
    return sorted(wanted.items())


def check_tree(root):
    table = read_table()
    for folder in ("src", "bench", "fuzz", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cc", ".h"):
                for header, name in missing(path, table):
                    yield f"{path.relative_to(root)}: uses {name}, does not include <{header}>"


def self_test():
    files = {
        "src/a/own.h": "#include <vector>\nstd::vector<int> f();\n",
        "src/a/own.cc": '#include "a/own.h"\nstd::vector<int> f() { return {}; }  // std::map\n',
        "src/a/own_test.cc": '#include "a/own.h"\nauto v = std::vector<char>{\'"\', 1\'0 == 10};\n',
        "src/a/other.cc": '#include "a/own.h"\nauto n = f(), m = std::max(n, n);\n',
        "src/a/number.h": "void f(uint32_t n);\n",
    }
    expected = [
        "src/a/number.h: uses uint32_t, does not include <cstdint>",
        "src/a/other.cc: uses max, does not include <algorithm>",
    ]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = list(check_tree(root))
    return [] if found == expected else [f"self-test: expected {expected}, found {found}"]


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    problems = self_test() + list(check_tree(pathlib.Path(arguments[0])))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
