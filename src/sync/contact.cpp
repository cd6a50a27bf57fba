#include "sync/contact.h"

#include <algorithm>
#include <set>

#include "sync/normal_form.h"

namespace lockstep::sync {
namespace {

using Names = std::set<std::string_view>;

// Domains of mail providers, social networks, directories and shops: they say nothing about who is behind an address.
const Names& shared_domains() {
    static const Names names = {
        "gmail.com",      "googlemail.com", "google.com",      "hotmail.com",   "hotmail.de",     "hotmail.fr",     "hotmail.co.uk",
        "outlook.com",    "outlook.de",     "live.com",        "msn.com",       "yahoo.com",      "yahoo.de",       "yahoo.fr",
        "yahoo.co.uk",    "yahoo.co.jp",    "yahoo.co.in",     "ymail.com",     "aol.com",        "aol.de",         "icloud.com",
        "me.com",         "mac.com",        "gmx.de",          "gmx.net",       "gmx.at",         "gmx.ch",         "gmx.com",
        "web.de",         "t-online.de",    "freenet.de",      "arcor.de",      "posteo.de",      "mailbox.org",    "proton.me",
        "protonmail.com", "pm.me",          "mail.com",        "zoho.com",      "bluewin.ch",     "orange.fr",      "wanadoo.fr",
        "free.fr",        "laposte.net",    "sfr.fr",          "libero.it",     "virgilio.it",    "tiscali.it",     "alice.it",
        "terra.es",       "telefonica.net", "uol.com.br",      "bol.com.br",    "terra.com.br",   "mail.ru",        "yandex.ru",
        "ya.ru",          "rambler.ru",     "seznam.cz",       "wp.pl",         "o2.pl",          "interia.pl",     "onet.pl",
        "qq.com",         "163.com",        "126.com",         "sina.com",      "naver.com",      "daum.net",       "rediffmail.com",
        "comcast.net",    "verizon.net",    "att.net",         "sbcglobal.net", "btinternet.com", "bigpond.com",    "telenet.be",
        "skynet.be",      "ziggo.nl",       "kpnmail.nl",      "facebook.com",  "fb.com",         "instagram.com",  "linkedin.com",
        "xing.com",       "twitter.com",    "x.com",           "youtube.com",   "tiktok.com",     "pinterest.com",  "t.me",
        "wa.me",          "whatsapp.com",   "linktr.ee",       "wikipedia.org", "yelp.com",       "crunchbase.com", "bit.ly",
        "t.co",           "goo.gl",         "maps.app.goo.gl", "amazon.com",    "amazon.de",      "ebay.com",       "ebay.de",
        "etsy.com",       "test.com",       "domain.com",      "none.com",      "na.com",         "noemail.com"};
    return names;
}

// Below these, every customer has a name of their own, as below a country's `co.uk`.
const Names& shared_suffixes() {
    static const Names names = {
        "wixsite.com",    "wordpress.com",  "blogspot.com", "blogspot.de",     "github.io",     "gitlab.io",         "jimdo.com",
        "jimdofree.com",  "jimdosite.com",  "weebly.com",   "squarespace.com", "myshopify.com", "webnode.com",       "tumblr.com",
        "business.site",  "webflow.io",     "netlify.app",  "vercel.app",      "herokuapp.com", "azurewebsites.net", "pages.dev",
        "strikingly.com", "cloudfront.net", "site123.me",   "carrd.co",        "notion.site",   "godaddysites.com"};
    return names;
}

// Second levels under which countries register names. Source: publicsuffix.org, the kinds common to many countries.
const Names& second_levels() {
    static const Names names = {"co",  "com", "org", "net", "gov", "edu", "ac",   "or",  "ne", "go",
                                "gob", "gv",  "ltd", "plc", "me",  "nom", "firm", "ind", "web"};
    return names;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Scheme, user, port, query and fragment cut off; in small letters. The first of several addresses.
std::string bare_address(std::string_view website) {
    std::string text = normal_form(website, KeyForm::verbatim);
    text.resize(std::min(text.size(), text.find_first_of(" ,;|\t\r\n")));
    if (std::size_t scheme = text.find("//"); scheme != text.npos && text.find_first_of("/?#") >= scheme) text.erase(0, scheme + 2);
    text.resize(std::min(text.size(), text.find_first_of("?#")));
    std::size_t user = text.find('@');
    if (user < text.find('/')) text.erase(0, user + 1);
    return text;
}

/// Whether a host has a domain: dots within, and no port or address in digits alone.
bool is_host(std::string_view host) {
    std::size_t dot = host.rfind('.');
    return dot != host.npos && dot > 0 && dot + 2 < host.size() && !is_digit(host[dot + 1]) && host.find("..") == host.npos;
}

struct Address {
    std::string host, path;
};

Address split_address(std::string_view website) {
    std::string text = bare_address(website);
    std::size_t slash = std::min(text.size(), text.find('/'));
    Address address{text.substr(0, slash), text.substr(slash)};
    address.host.resize(std::min(address.host.size(), address.host.find(':')));
    while (address.host.ends_with('.')) address.host.pop_back();
    while (address.path.ends_with('/')) address.path.pop_back();
    if (address.host.starts_with("www.")) address.host.erase(0, 4);
    if (!is_host(address.host)) return {};
    return address;
}

/// The last labels of a host.
std::string_view last_labels(std::string_view host, int count) {
    std::size_t at = host.size();
    while (count-- > 0 && at != host.npos && at > 0) at = host.rfind('.', at - 1);
    return at == host.npos ? host : host.substr(at + 1);
}

/// How many of its last labels make a host's own name.
int own_labels(std::string_view host) {
    std::string_view last_two = last_labels(host, 2);
    std::size_t dot = last_two.find('.');
    bool of_country = last_two.size() - dot - 1 == 2 && second_levels().contains(last_two.substr(0, dot));
    return of_country || shared_suffixes().contains(last_two) ? 3 : 2;
}

bool is_placeholder_number(std::string_view digits) {
    std::set<char> different(digits.begin(), digits.end());
    return different.size() < 3 || std::string_view("01234567890123456789").find(digits) != std::string_view::npos ||
           std::string_view("98765432109876543210").find(digits) != std::string_view::npos;
}

/// Whether a number ends before this letter, given how many digits it has: at an extension, or where another begins.
bool ends_number(char c, std::size_t digits) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || c == ',' || c == ';' || c == '#' || c == '\n') return digits >= 7;
    return (c == '/' || c == '|' || c == '+') && digits >= 9;
}

/// A number's text with the digits of other widths as ASCII and without the zero that is dialled only within a country.
std::string plain_number(std::string_view phone) {
    std::string out;
    for (std::size_t i = 0; i < phone.size(); ++i) {
        if (static_cast<unsigned char>(phone[i]) >= 0x80) return normal_text(phone);
        if (phone.substr(i).starts_with("(0)"))
            i += 2;
        else
            out += phone[i];
    }
    return out;
}

}  // namespace

std::string website_place(std::string_view website) {
    Address address = split_address(website);
    if (address.host.empty()) return "";
    if (address.path.empty() && shared_domains().contains(last_labels(address.host, own_labels(address.host)))) return "";
    return address.host + address.path;
}

std::string website_domain(std::string_view website) {
    std::string host = split_address(website).host;
    if (host.empty()) return "";
    std::string_view domain = last_labels(host, own_labels(host));
    bool shared = shared_domains().contains(domain) || shared_suffixes().contains(domain);
    return shared ? "" : std::string(domain);
}

std::string phone_digits(std::string_view phone) {
    std::string digits;
    for (char c : plain_number(phone)) {
        if (ends_number(c, digits.size())) break;
        if (is_digit(c)) digits += c;
    }
    digits.erase(0, std::min(digits.size(), digits.find_first_not_of('0')));
    if (digits.size() < 7 || is_placeholder_number(digits)) return "";
    return digits;
}

std::string phone_tail(std::string_view phone) {
    std::string digits = phone_digits(phone);
    if (digits.size() > 8) digits.erase(0, digits.size() - 8);
    return digits.empty() || is_placeholder_number(digits) ? "" : digits;
}

}  // namespace lockstep::sync
