#include "cli/options/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "base/ratio.h"
#include "base/time.h"
#include "cli/text/ascii.h"
#include "rewrite/network/rule_text.h"
#include "rewrite/rules/link_rules.h"

namespace gophercap::cli {
namespace {

Error invalid(std::string_view text, std::string_view expected) {
  return Error{Errc::kInvalidArgument, 0, fmt::format("\"{}\" is not {}", text, expected)};
}

}  // namespace

Result<bool> parse_bool(std::string_view text) {
  const std::string word = ascii_lower(text);
  for (const std::string_view yes : {"true", "t", "1", "yes", "on"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"false", "f", "0", "no", "off"}) {
    if (word == no) return false;
  }
  return invalid(text, "true or false");
}

Result<int64_t> parse_integer(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return invalid(text, "a number of 64 bits");
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    return invalid(text, "a whole number");
  }
  return value;
}

Result<uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view kExpected = "a size such as 4096, 64K, 128M or 1.5G";
  constexpr std::string_view kUnits = "kmgt";
  std::string word = ascii_lower(text);
  if (word.ends_with("ib")) {
    word.resize(word.size() - 2);
    if (word.empty() || kUnits.find(word.back()) == std::string_view::npos) {
      return invalid(text, kExpected);
    }
  } else if (word.ends_with('b')) {
    word.pop_back();
  }
  unsigned shift = 0;
  if (!word.empty()) {
    if (const size_t unit = kUnits.find(word.back()); unit != std::string_view::npos) {
      shift = 10 * (static_cast<unsigned>(unit) + 1);
      word.pop_back();
    }
  }
  // Only digits and one point are allowed; from_chars would also accept signs, exponents and "inf".
  if (word.empty() || word.find_first_not_of("0123456789.") != std::string::npos ||
      std::ranges::count(word, '.') > (shift == 0 ? 0 : 1) || word.front() == '.' ||
      word.back() == '.') {
    return invalid(text, kExpected);
  }
  double value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  value *= static_cast<double>(uint64_t{1} << shift);
  if (value > 9e18) return invalid(text, kExpected);
  return static_cast<uint64_t>(value);
}

namespace {

template <class T>
Result<Value> as_value(Result<T> parsed) {
  TRY(T value, std::move(parsed));
  return Value{std::move(value)};
}

template <class T>
Result<Value> as_list(Result<T> parsed) {
  TRY(T value, std::move(parsed));
  return Value{std::vector<T>{std::move(value)}};
}

// REQUIRES: each text can be parsed.
template <class T>
Value list_of(const std::vector<std::string>& texts, Result<T> (*parse)(std::string_view)) {
  std::vector<T> list;
  list.reserve(texts.size());
  for (const std::string& text : texts) list.push_back(*parse(text));
  return Value{std::move(list)};
}

Result<Value> parse_choice(const OptionSpec& option, std::string_view text) {
  for (const ChoiceWord& word : option.words) {
    if (word.word == text) return Value{Chosen{word.value}};
  }
  return invalid(text, fmt::format("one of {}", fmt::join(choices(option), ", ")));
}

// The files of the original, and our own template, write "none" like this.
bool may_be_empty(const OptionSpec& option) {
  switch (option.type) {
    case ValueType::kInteger:
    case ValueType::kDuration:
    case ValueType::kTime:
    case ValueType::kRatio:
    case ValueType::kSize:
    case ValueType::kMetrics:
    case ValueType::kLimit:
    case ValueType::kLatenessLimit:
    case ValueType::kOut:
    case ValueType::kMac:
      return option.default_value.empty();
    default:
      return false;
  }
}

}  // namespace

Result<Value> parse_value(const OptionSpec& option, std::string_view text) {
  if (text.empty() && may_be_empty(option)) return Value{};
  switch (option.type) {
    case ValueType::kBool:
      return as_value(parse_bool(text));
    case ValueType::kInteger:
      return as_value(parse_integer(text));
    case ValueType::kDuration:
      return as_value(parse_duration(text));
    case ValueType::kTime:
      return as_value(parse_time(text));
    case ValueType::kRatio:
      return as_value(parse_ratio(text));
    case ValueType::kSize:
      return as_value(parse_size(text));
    case ValueType::kChoice:
      return parse_choice(option, text);
    case ValueType::kMetrics:
      return as_value(jobs::parse_metrics_target(text));
    case ValueType::kLimit:
      return as_value(parse_limit(text));
    case ValueType::kLate:
      return as_value(parse_late(text));
    case ValueType::kClockSteps:
      return as_value(parse_clock_steps(text));
    case ValueType::kLatenessLimit:
      return as_value(parse_lateness_limit(text));
    case ValueType::kOut:
      return as_value(parse_out(text));
    case ValueType::kSplit:
      return as_value(parse_split(text));
    case ValueType::kMac:
      return as_value(rewrite::parse_mac(text));
    case ValueType::kPrefixChanges:
      return as_list(dataset::parse_prefix_change(text));
    case ValueType::kPrefixPairs:
      return as_list(rewrite::parse_prefix_pair(text));
    case ValueType::kPortPairs:
      return as_list(rewrite::parse_port_pair(text));
    case ValueType::kMacRules:
      return as_list(rewrite::parse_mac_rule(text));
    case ValueType::kVlanRules:
      return as_list(rewrite::parse_vlan_rule(text));
    case ValueType::kString:
    case ValueType::kStringList:
    case ValueType::kPath:
    case ValueType::kPathList:
    case ValueType::kOutputPath:
    case ValueType::kDump:
    case ValueType::kInterface:
    case ValueType::kRegexp:  // the job compiles it and reports errors
      break;
  }
  // A zero byte is never meant, and system calls would cut the text there.
  if (text.find('\0') != std::string_view::npos) return invalid(text, "free of zero bytes");
  if (is_list(option.type)) return Value{std::vector<std::string>{std::string(text)}};
  return Value{std::string(text)};
}

namespace {

// Several values are several interfaces.
Value outs_of(const std::vector<std::string>& texts) {
  OutWords all;
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    OutWords words = *parse_out(text);
    ++all.given;
    all.by_side = words.by_side;
    all.mixed = all.mixed || words.by_side || words.tunnel;
    all.tunnel = std::move(words.tunnel);
    all.interfaces.insert(all.interfaces.end(), words.interfaces.begin(), words.interfaces.end());
  }
  all.mixed = all.mixed && all.given > 1;
  return all.given == 0 ? Value{} : Value{std::move(all)};
}

}  // namespace

Value parse_values(const OptionSpec& option, const std::vector<std::string>& texts) {
  switch (option.type) {
    case ValueType::kPrefixChanges:
      return list_of(texts, dataset::parse_prefix_change);
    case ValueType::kOut:
      return outs_of(texts);
    case ValueType::kPrefixPairs:
      return list_of(texts, rewrite::parse_prefix_pair);
    case ValueType::kPortPairs:
      return list_of(texts, rewrite::parse_port_pair);
    case ValueType::kMacRules:
      return list_of(texts, rewrite::parse_mac_rule);
    case ValueType::kVlanRules:
      return list_of(texts, rewrite::parse_vlan_rule);
    default:
      break;
  }
  if (is_list(option.type)) return Value{texts};
  const std::string_view last =
      texts.empty() ? option.default_value : std::string_view(texts.back());
  return *parse_value(option, last);
}

Result<> check_value(const OptionSpec& option, std::string_view text) {
  TRY_VOID(parse_value(option, text));
  return {};
}

namespace {

template <class T>
bool equal(const Result<T>& a, const Result<T>& b) {
  return a && b && *a == *b;
}

bool same_value(const OptionSpec& option, std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (a.empty() || b.empty()) return false;
  switch (option.type) {
    case ValueType::kBool:
      return equal(parse_bool(a), parse_bool(b));
    case ValueType::kInteger:
      return equal(parse_integer(a), parse_integer(b));
    case ValueType::kDuration:
      return equal(parse_duration(a), parse_duration(b));
    case ValueType::kTime:
      return equal(parse_time(a), parse_time(b));
    case ValueType::kRatio: {
      const Result<Ratio> x = parse_ratio(a);
      const Result<Ratio> y = parse_ratio(b);
      __extension__ using Wide = unsigned __int128;
      return x && y && Wide{x->num} * y->den == Wide{y->num} * x->den;
    }
    case ValueType::kSize:
      return equal(parse_size(a), parse_size(b));
    case ValueType::kLimit:
      return equal(parse_limit(a), parse_limit(b));
    default:
      return false;
  }
}

}  // namespace

bool same_values(const OptionSpec& option, const std::vector<std::string>& a,
                 const std::vector<std::string>& b) {
  if (is_list(option.type)) return a == b;
  return same_value(option, a.empty() ? std::string_view{} : a.back(),
                    b.empty() ? std::string_view{} : b.back());
}

}  // namespace gophercap::cli
