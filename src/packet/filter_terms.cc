#include "packet/filter_terms.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace gophercap::packet {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// A word, parenthesis or operator; depth is the number of parentheses and brackets around it.
struct Token {
  std::string_view text;
  size_t begin = 0;
  int depth = 0;
};

bool is_word(char c) {
  return std::string_view("()[]&|!").find(c) == std::string_view::npos &&
         kSpace.find(c) == std::string_view::npos;
}

// Returns nothing if the parentheses do not match.
std::optional<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  int depth = 0;
  for (size_t i = 0; i < text.size();) {
    if (kSpace.find(text[i]) != std::string_view::npos) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    if (is_word(text[i])) {
      while (end < text.size() && is_word(text[end])) ++end;
    } else if ((text[i] == '&' || text[i] == '|') && end < text.size() && text[end] == text[i]) {
      ++end;
    }
    const bool closes = text[i] == ')' || text[i] == ']';
    if (closes && --depth < 0) return std::nullopt;
    tokens.push_back({text.substr(i, end - i), i, depth});
    if (text[i] == '(' || text[i] == '[') ++depth;
    i = end;
  }
  if (depth != 0) return std::nullopt;
  return tokens;
}

bool is_or(std::string_view word) {
  return word == "or" || word == "||";
}
bool is_and(std::string_view word) {
  return word == "and" || word == "&&";
}
bool is_not(std::string_view word) {
  return word == "not" || word == "!";
}

// A term that begins with one of these words inherits no qualifiers from the term before it.
bool says_what_it_is_about(std::string_view word) {
  constexpr std::array<std::string_view, 22> kBegins = {
      "host", "net",  "port",    "portrange", "src", "dst",    "ether", "ip",
      "ip6",  "arp",  "rarp",    "tcp",       "udp", "sctp",   "icmp",  "icmp6",
      "igmp", "less", "greater", "link",      "pim", "gateway"};
  return std::ranges::find(kBegins, word) != kBegins.end();
}

// After one of these words, everything refers to another place in the packet.
bool moves_what_follows(std::string_view word) {
  constexpr std::array<std::string_view, 7> kMoves = {"vlan",   "mpls",  "pppoed", "pppoes",
                                                      "geneve", "vxlan", "pppoe"};
  return std::ranges::find(kMoves, word) != kMoves.end();
}

// Returns whether the term, the tokens from `begin` to `end`, means the same by itself.
bool stands_alone(const std::vector<Token>& tokens, size_t begin, size_t end) {
  while (begin < end && (is_not(tokens[begin].text) || tokens[begin].text == "(")) ++begin;
  if (begin >= end || !says_what_it_is_about(tokens[begin].text)) return false;
  // "src or dst host a": a qualifier whose object comes later.
  const std::string_view first = tokens[begin].text;
  return end - begin > 1 || (first != "src" && first != "dst");
}

// True if one pair of parentheses encloses everything.
bool is_enclosed(const std::vector<Token>& tokens) {
  return tokens.size() > 2 && tokens.front().text == "(" && tokens.back().text == ")" &&
         std::none_of(tokens.begin() + 1, tokens.end() - 1,
                      [](const Token& token) { return token.depth == 0; });
}

FilterTerms whole(std::string_view expression, const std::vector<Token>& tokens) {
  const auto operators = std::ranges::count_if(
      tokens, [](const Token& token) { return is_or(token.text) || is_and(token.text); });
  return {{{expression, 1 + static_cast<size_t>(operators)}}, false};
}

}  // namespace

size_t FilterTerms::primitives() const noexcept {
  size_t sum = 0;
  for (const Term& term : terms) sum += term.primitives;
  return sum;
}

FilterTerms split_filter(std::string_view expression) {
  const std::optional<std::vector<Token>> all = tokens_of(expression);
  if (!all) return {{{expression, 1}}, false};
  std::vector<Token> tokens = *all;
  FilterTerms result;
  std::string_view text = expression;
  for (bool opened = true; opened;) {
    opened = is_enclosed(tokens);
    const bool negates = tokens.size() > 3 && is_not(tokens.front().text) &&
                         is_enclosed({tokens.begin() + 1, tokens.end()});
    if (!opened && !negates) break;
    opened = true;
    result.negated = result.negated != negates;
    const size_t open = tokens[negates ? 1 : 0].begin;
    text = text.substr(open + 1, tokens.back().begin - open - 1);
    tokens = tokens_of(text).value_or(std::vector<Token>());
  }
  size_t first = 0;  // first token of the term
  for (size_t i = 0; i <= tokens.size(); ++i) {
    const bool ends = i == tokens.size() || (tokens[i].depth == 0 && is_or(tokens[i].text));
    if (!ends) {
      if ((tokens[i].depth == 0 && is_and(tokens[i].text)) || moves_what_follows(tokens[i].text))
        return whole(expression, *all);
      continue;
    }
    if (!stands_alone(tokens, first, i)) return whole(expression, *all);
    const size_t begin = tokens[first].begin;
    const size_t end = i == tokens.size() ? text.size() : tokens[i].begin;
    const auto operators =
        std::count_if(tokens.begin() + static_cast<std::ptrdiff_t>(first),
                      tokens.begin() + static_cast<std::ptrdiff_t>(i),
                      [](const Token& token) { return is_or(token.text) || is_and(token.text); });
    result.terms.push_back(
        {trimmed(text.substr(begin, end - begin)), 1 + static_cast<size_t>(operators)});
    first = i + 1;
  }
  return result;
}

}  // namespace gophercap::packet
