#!/usr/bin/env python3
"""Every file includes the standard headers of what it uses.

What another standard header happens to bring differs from one release of a compiler to the next, so that a file that
leans on it builds here and not there. A .cc or _test.cc may count on what its own header includes; nothing else.

    check_std_includes.py ROOT          lists what is missing and exits with 1
"""
import pathlib
import re
import sys

# Names of the standard library and the headers that declare them; any of these will do.
HEADERS = {
    'algorithm': '''adjacent_find all_of any_of binary_search clamp copy_if copy_n count_if equal equal_range fill fill_n find_if find_if_not
        for_each for_each_n generate generate_n includes inplace_merge is_heap is_sorted lexicographical_compare lower_bound make_heap max max_element
        merge min min_element minmax minmax_element mismatch next_permutation none_of nth_element partial_sort partition partition_point pop_heap
        push_heap remove_copy_if remove_if replace reverse rotate search set_difference set_intersection set_symmetric_difference set_union shuffle
        sort sort_heap stable_partition stable_sort swap_ranges transform unique upper_bound''',
    'any': 'any any_cast',
    'array': 'array to_array',
    'atomic': 'atomic atomic_bool atomic_flag atomic_ref atomic_thread_fence atomic_uint64_t memory_order memory_order_acq_rel memory_order_acquire '
              'memory_order_relaxed memory_order_release memory_order_seq_cst',
    'barrier': 'barrier',
    'bit': 'bit_cast bit_ceil bit_floor bit_width countl_zero countr_one countr_zero endian has_single_bit popcount rotl rotr',
    'bitset': 'bitset',
    'charconv': 'chars_format from_chars from_chars_result to_chars to_chars_result',
    'chrono': 'chrono',
    'cmath': 'abs|cstdlib ceil exp fabs floor isfinite isinf isnan lround llround log log10 log1p log2 nan nextafter pow round sqrt trunc',
    'compare': 'partial_ordering strong_ordering weak_ordering',
    'concepts': 'convertible_to derived_from floating_point integral invocable same_as signed_integral unsigned_integral',
    'condition_variable': 'condition_variable condition_variable_any cv_status',
    'csignal': 'signal raise',
    'cstddef': 'byte max_align_t nullptr_t ptrdiff_t size_t|cstdio|cstdlib|cstring|string|vector|span|string_view|array|memory|functional|optional|algorithm',
    'cstdio': 'FILE fclose fflush fgets fopen fprintf fputc fputs fread fseek ftell fwrite perror printf puts remove|algorithm rename snprintf sscanf',
    'cstdlib': '_Exit abort atexit atoi div exit free getenv malloc mkstemp quick_exit realloc setenv strtod strtol strtoll strtoul strtoull system',
    'cstring': 'memchr memcmp memcpy memmove memset strchr strcmp strcspn strerror strlen strncmp strrchr strsignal strspn strstr',
    'deque': 'deque',
    'exception': 'current_exception exception exception_ptr get_terminate make_exception_ptr rethrow_exception set_terminate terminate uncaught_exceptions',
    'filesystem': 'filesystem',
    'forward_list': 'forward_list',
    'fstream': 'filebuf fstream ifstream ofstream',
    'functional': 'bind cref|memory function greater hash|string|memory|string_view|optional|variant|thread invoke less mem_fn not_fn plus ref',
    'future': 'async future launch packaged_task promise shared_future',
    'initializer_list': 'initializer_list|vector|string|map|set|span|array|algorithm|unordered_map|unordered_set|deque|functional',
    'iomanip': 'get_time put_time quoted setfill setprecision setw',
    'iostream': 'cerr cin clog cout',
    'istream': 'getline|string istream|iostream|sstream|fstream',
    'iterator': 'back_inserter distance advance|string|vector|array|map|set|span|string_view|deque|list front_inserter input_iterator_tag forward_iterator_tag '
                'inserter istream_iterator istreambuf_iterator make_move_iterator next prev ostream_iterator reverse_iterator',
    'limits': 'numeric_limits',
    'list': 'list',
    'map': 'map multimap',
    'memory': 'addressof allocator|string|vector|map allocator_traits default_delete enable_shared_from_this make_shared make_unique '
              'make_unique_for_overwrite shared_ptr unique_ptr weak_ptr construct_at destroy_at static_pointer_cast dynamic_pointer_cast align '
              'assume_aligned uninitialized_copy',
    'mutex': 'adopt_lock call_once defer_lock lock_guard mutex once_flag recursive_mutex scoped_lock timed_mutex try_to_lock unique_lock',
    'new': 'align_val_t bad_alloc|memory|new get_new_handler hardware_destructive_interference_size launder new_handler nothrow nothrow_t set_new_handler',
    'numeric': 'accumulate exclusive_scan gcd inclusive_scan inner_product iota lcm partial_sum reduce transform_reduce midpoint',
    'optional': 'make_optional nullopt nullopt_t optional',
    'ostream': 'endl|iostream ostream|iostream|sstream|fstream flush',
    'queue': 'priority_queue queue',
    'random': 'bernoulli_distribution discrete_distribution exponential_distribution geometric_distribution minstd_rand mt19937 mt19937_64 '
              'normal_distribution poisson_distribution random_device uniform_int_distribution uniform_real_distribution',
    'ranges': 'ranges|algorithm views',
    'ratio': 'ratio|chrono nano|chrono micro|chrono milli|chrono',
    'regex': 'regex regex_match regex_search smatch cmatch regex_replace',
    'semaphore': 'binary_semaphore counting_semaphore',
    'set': 'multiset set',
    'shared_mutex': 'shared_lock shared_mutex',
    'span': 'as_bytes as_writable_bytes dynamic_extent span',
    'sstream': 'istringstream ostringstream stringstream',
    'stack': 'stack',
    'stdexcept': 'domain_error invalid_argument length_error logic_error out_of_range overflow_error range_error runtime_error',
    'stop_token': 'stop_callback|thread|condition_variable stop_source|thread|condition_variable stop_token|thread|condition_variable',
    'streambuf': 'streambuf|iostream|sstream|fstream',
    'string': 'char_traits|string_view stod stoi stol stoll stoul stoull string to_string u16string u32string u8string wstring',
    'string_view': 'string_view|string',
    'system_error': 'errc error_category error_code|filesystem generic_category make_error_code system_category system_error',
    'thread': 'jthread this_thread thread',
    'tuple': 'apply forward_as_tuple get|array|utility|variant ignore make_tuple tie tuple tuple_cat tuple_element tuple_size|array|utility',
    'type_traits': 'add_const_t common_type_t conditional_t decay_t enable_if_t false_type integral_constant invoke_result_t is_arithmetic_v '
                   'is_base_of_v is_const_v is_convertible_v is_copy_constructible_v is_enum_v is_floating_point_v is_integral_v is_invocable_v '
                   'is_nothrow_move_constructible_v is_pointer_v is_same_v is_signed_v is_standard_layout_v is_trivially_copyable_v is_unsigned_v '
                   'is_void_v make_signed_t make_unsigned_t remove_const_t remove_cvref_t remove_reference_t true_type type_identity_t underlying_type_t void_t',
    'typeinfo': 'bad_cast type_info',
    'unordered_map': 'unordered_map unordered_multimap',
    'unordered_set': 'unordered_multiset unordered_set',
    'utility': 'cmp_equal cmp_greater cmp_greater_equal cmp_less cmp_less_equal cmp_not_equal declval|type_traits exchange forward|memory|functional|tuple '
               'in_range index_sequence integer_sequence make_index_sequence make_pair|map|unordered_map move|algorithm|memory|string|vector|functional|optional|tuple|map|deque|set|queue|thread|mutex|list|span|variant '
               'move_if_noexcept pair|map|unordered_map|algorithm|tuple swap|algorithm|string|vector|memory as_const in_place piecewise_construct',
    'valarray': 'valarray',
    'variant': 'get_if holds_alternative monostate variant visit',
    'vector': 'vector erase_if|string|deque|map|set|unordered_map|unordered_set|list erase|string|deque|list',
}
# Fixed-width integers are named without std:: here; <cstdint> and <inttypes.h> declare them.
INTEGERS = re.compile(r'(?<![\w:.])(?:std::)?u?int(?:8|16|32|64|max|ptr)_t\b|\bU?INT(?:8|16|32|64|PTR)_(?:MAX|MIN)\b')
ERRNO = re.compile(r'\berrno\b|\bE(?:AGAIN|INTR|INVAL|IO|NOENT|NOSPC|PERM|ACCES|EXIST|NOMEM|MFILE|NFILE|PIPE|ISDIR|NOTDIR|LOOP|NOSYS|OPNOTSUPP)\b')
NAME = re.compile(r'\bstd::([a-zA-Z_]\w*)')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)


def table():
    """Name -> the set of headers of which one is enough."""
    names = {}
    for header, words in HEADERS.items():
        for word in words.split():
            name, *others = word.split('|')
            names[name] = {header, *others}
    return names


def standard_includes(text):
    return {name for kind, name in INCLUDE.findall(text) if kind == '<'}


def own_header(path):
    stem = re.sub(r'_(test|fuzz|bench)$', '', path.stem)
    return path.with_name(stem + '.h') if path.suffix == '.cc' else None


def missing(path, names):
    text = path.read_text(encoding='utf-8')
    included = standard_includes(text)
    header = own_header(path)
    if header is not None and header.is_file():
        included |= standard_includes(header.read_text(encoding='utf-8'))
    code = NOISE.sub(' ', re.sub(r'^\s*#\s*include[^\n]*', '', text, flags=re.M))
    wanted = {}
    for name in NAME.findall(code):
        if name in names and not included & names[name]:
            wanted.setdefault(min(h for h in HEADERS if name in {w.split('|')[0] for w in HEADERS[h].split()}), name)
    if INTEGERS.search(code) and not included & {'cstdint', 'inttypes.h', 'cinttypes', 'stdint.h'}:
        wanted['cstdint'] = INTEGERS.search(code).group()
    if ERRNO.search(code) and not included & {'cerrno', 'errno.h'}:
        wanted['cerrno'] = ERRNO.search(code).group()
    return wanted


def main():
    root = pathlib.Path(sys.argv[1])
    names = table()
    count = 0
    for folder in ('src', 'bench', 'fuzz', 'tests'):
        for path in sorted((root / folder).rglob('*')):
            if path.suffix not in ('.cc', '.h'):
                continue
            for header, name in sorted(missing(path, names).items()):
                print(f'{path.relative_to(root)}: uses {name}, does not include <{header}>')
                count += 1
    sys.exit(1 if count else 0)


if __name__ == '__main__':
    main()
