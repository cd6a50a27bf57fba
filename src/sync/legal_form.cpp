#include "sync/legal_form.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace lockstep::sync {
namespace {

/// A legal form and its spellings, in normal form and without spaces and `&`.
struct FormRow {
    std::string_view form;
    std::string_view spellings;
};

// Legal forms that names of companies are written with. Sources: the Entity Legal Forms code list (ISO 20275) of
// gleif.org with its abbreviations; the term lists of github.com/psolin/cleanco.
// clang-format off
constexpr auto form_rows = std::to_array<FormRow>({
    // Germany, Austria, Switzerland, Liechtenstein
    {"gmbh", "gmbh gesmbh gesellschaftmbh gesellschaftmitbeschrankterhaftung mbh ggmbh"},
    {"gmbh co kg", "gmbhcokg gmbhundcokg gmbhcompanykg gmbhcompkg gmbhkg mbhcokg gmbhcompagniekg"},
    {"gmbh co kgaa", "gmbhcokgaa"}, {"gmbh co ohg", "gmbhcoohg"}, {"ag co kg", "agcokg"},
    {"ag co kgaa", "agcokgaa"}, {"se co kgaa", "secokgaa"}, {"se co kg", "secokg"},
    {"ug co kg", "ugcokg ughaftungsbeschranktcokg"}, {"ag", "ag aktiengesellschaft"},
    {"kg", "kg kommanditgesellschaft cokg undcokg"}, {"kgaa", "kgaa"},
    {"ohg", "ohg offenehandelsgesellschaft cohg coohg"},
    {"ug", "ug ughaftungsbeschrankt unternehmergesellschaft unternehmergesellschafthaftungsbeschrankt"},
    {"gbr", "gbr gesellschaftburgerlichenrechts"},
    {"ek", "ek ekfm ekfr eingetragenerkaufmann eingetragenekauffrau"},
    {"eg", "eg eingetragenegenossenschaft egmbh"}, {"ev", "ev eingetragenerverein"},
    {"partg", "partg partgmbb partnerschaftmbb partnerschaftsgesellschaft"}, {"eu", "eu einzelunternehmen"},
    {"og", "og"}, {"genossenschaft", "genossenschaft"}, {"vvag", "vvag"}, {"kdor", "kdor kor kdoer"},
    // European Union
    {"se", "se societaseuropaea"}, {"sce", "sce"}, {"eeig", "eeig ewiv"},
    // United Kingdom, Ireland, Commonwealth
    {"ltd", "ltd limited"}, {"plc", "plc publiclimitedcompany"}, {"llp", "llp limitedliabilitypartnership"},
    {"cic", "cic"}, {"unlimited", "unlimited ultd unltd"}, {"co ltd", "coltd companylimited companyltd"},
    {"teo", "teo teoranta"}, {"dac", "dac designatedactivitycompany"}, {"clg", "clg"},
    {"pty ltd", "ptyltd ptylimited proprietarylimited propietaryltd pty"},
    {"pvt ltd", "pvtltd pvtlimited privatelimited privateltd pltd"}, {"pte ltd", "pteltd ptelimited pte"},
    {"sdn bhd", "sdnbhd"}, {"bhd", "bhd berhad"},
    // United States, Canada
    {"inc", "inc incorporated incorporation"}, {"corp", "corp corporation"},
    {"llc", "llc limitedliabilitycompany"}, {"lp", "lp limitedpartnership"}, {"lllp", "lllp"}, {"pllc", "pllc"},
    {"pc", "pc"}, {"co", "co company coinc companyinc cocorp"}, {"ltee", "ltee limitee"}, {"ulc", "ulc"},
    // France, Belgium, Luxembourg, Monaco
    {"sa", "sa societeanonyme"}, {"sarl", "sarl"}, {"sas", "sas societeparactionssimplifiee"}, {"sasu", "sasu"},
    {"eurl", "eurl"}, {"snc", "snc"}, {"sca", "sca"}, {"scs", "scs secs"}, {"scop", "scop"}, {"sci", "sci"},
    {"gie", "gie"}, {"selarl", "selarl"}, {"sprl", "sprl"}, {"srl", "srl srls"}, {"asbl", "asbl"}, {"sam", "sam"},
    {"et cie", "etcie cie"},
    // Netherlands, Belgium
    {"bv", "bv beslotenvennootschap"}, {"nv", "nv naamlozevennootschap"}, {"vof", "vof"}, {"cv", "cv"},
    {"bvba", "bvba"}, {"cvba", "cvba"}, {"vzw", "vzw"}, {"commv", "commv"},
    {"cooperatie ua", "cooperatieua coopua"},
    // Italy, Ticino
    {"spa", "spa societaperazioni"}, {"srl", "societaaresponsabilitalimitata srlunipersonale srlsu"},
    {"sapa", "sapa"}, {"sagl", "sagl"}, {"scrl", "scrl scarl scpa"}, {"ss", "ss"}, {"onlus", "onlus"},
    // Spain, Portugal, Latin America
    {"sl", "sl slu sociedadlimitada"}, {"sau", "sau"}, {"sll", "sll"}, {"slp", "slp"},
    {"sociedad anonima", "sociedadanonima"}, {"sccl", "sccl scoop"}, {"sa de cv", "sadecv sapidecv sabdecv"},
    {"s de rl", "sderl sderldecv srldecv"}, {"sc", "sc"}, {"sab", "sab"}, {"lda", "lda limitada unipessoallda"},
    {"ltda", "ltda"}, {"sgps", "sgps"}, {"eireli", "eireli"}, {"mei", "mei"}, {"eirl", "eirl"},
    {"cia ltda", "cialtda"}, {"saa", "saa"}, {"saic", "saic"}, {"sacifia", "saci sacif"},
    // Denmark, Norway, Sweden, Finland, Iceland
    {"as", "as aktieselskab aksjeselskap"}, {"asa", "asa"}, {"aps", "aps anpartsselskab"}, {"ivs", "ivs"},
    {"is", "is"}, {"ks", "ks"}, {"amba", "amba"}, {"smba", "smba"}, {"ab", "ab aktiebolag abpubl aktiebolaget"},
    {"hb", "hb handelsbolag"}, {"kb", "kb"}, {"ekonomisk forening", "ekonomiskforening ekfor"},
    {"oy", "oy oyab osakeyhtio abo oyltd"}, {"oyj", "oyj oyjabp abp"}, {"ky", "ky"}, {"tmi", "tmi"}, {"ay", "ay"},
    {"osk", "osk"}, {"ans", "ans"}, {"nuf", "nuf"}, {"ehf", "ehf"}, {"hf", "hf"}, {"slf", "slf"}, {"ohf", "ohf"},
    // Poland, Czechia, Slovakia, Hungary
    {"sp zoo", "spzoo spolkazoo spolkazograniczonaodpowiedzialnoscia zoo"},
    {"sp zoo sp k", "spzoospk spzoospolkakomandytowa spolkazograniczonaodpowiedzialnosciaspk"}, {"sp k", "spk"},
    {"sp j", "spj spolkajawna"}, {"sp p", "spp"}, {"s k a", "ska"}, {"spolka akcyjna", "spolkaakcyjna"},
    {"psa", "psa"}, {"as", "akcspol akciovaspolecnost akciovaspolocnost"}, {"sro", "sro spolsro"}, {"vos", "vos"},
    {"kft", "kft korlatoltfelelossegutarsasag"}, {"zrt", "zrt"}, {"nyrt", "nyrt"}, {"bt", "bt"}, {"kkt", "kkt"},
    {"rt", "rt"},
    // Croatia, Slovenia, Serbia, Bosnia, North Macedonia, Bulgaria, Romania, Albania, Greece, Cyprus
    {"doo", "doo drustvosogranicenomodgovornoscu"}, {"dooel", "dooel"}, {"dd", "dd"}, {"jdoo", "jdoo"},
    {"dno", "dno"}, {"ad", "ad"}, {"ead", "ead"}, {"ood", "ood оод"}, {"eood", "eood еоод"}, {"kd", "kd"},
    {"pfa", "pfa"}, {"shpk", "shpk"}, {"sha", "sha"}, {"ae", "ae αε"}, {"epe", "epe επε"}, {"ike", "ike ικε"},
    {"oe", "oe οε"}, {"ee", "ee εε"},
    // Baltic states
    {"uab", "uab uzdarojiakcinebendrove"}, {"mb", "mb"}, {"sia", "sia sabiedribaarierobezotuatbildibu"},
    {"ou", "ou osauhing"}, {"as", "aktsiaselts akcijusabiedriba"},
    // Russia, Ukraine, Belarus, Kazakhstan
    {"ooo", "ooo ооо"}, {"oao", "oao оао"}, {"zao", "zao зао"}, {"pao", "pao пао"}, {"ao", "ао"}, {"ip", "ип"},
    {"tov", "tov тов"}, {"too", "тоо"},
    // Turkey
    {"as", "anonimsirketi anonimsirket"}, {"ltd sti", "ltdsti limitedsirketi sti"},
    // Japan, China, Taiwan, Hong Kong, Korea
    {"kk", "kk kabushikikaisha kabushikigaisha"}, {"gk", "gk godokaisha godogaisha"}, {"yk", "yk yugenkaisha"},
    {"co ltd", "cooltd"}, {"株式会社", "株式会社 株"}, {"有限会社", "有限会社 有"}, {"合同会社", "合同会社"}, {"合資会社", "合資会社"},
    {"有限公司", "有限公司"}, {"有限责任公司", "有限责任公司 有限責任公司"}, {"股份有限公司", "股份有限公司"}, {"주식회사", "주식회사 주"}, {"유한회사", "유한회사 유"},
    // Indonesia, Philippines, Thailand, Vietnam
    {"pt", "pt perseroanterbatas"}, {"tbk", "tbk pttbk"}, {"pcl", "pcl publiccompanylimited"},
    {"tnhh", "congtytnhh tnhh"}, {"co phan", "congtycophan"}, {"jsc", "jsc jointstockcompany"}, {"pjsc", "pjsc"},
    // Arab states, Israel, South Africa, Iran
    {"fzco", "fzco"}, {"fze", "fze"}, {"fz llc", "fzllc"}, {"dmcc", "dmcc"}, {"wll", "wll"}, {"sal", "sal"},
    {"sae", "sae"}, {"saog", "saog saoc"}, {"ksc", "ksc kscc"}, {"psc", "psc"}, {"est", "est"}, {"בעמ", "בעמ"},
});
// clang-format on

// Stand before the name, too. Sources: as above, for Russia, Lithuania, Indonesia, Sweden, Latvia, Romania and Vietnam.
constexpr auto leading_forms = std::to_array<std::string_view>(
    {"ooo", "ооо",      "oao",      "оао",      "zao",      "зао",      "pao",        "пао",          "ао",    "ип",
     "tov", "тов",      "тоо",      "uab",      "sia",      "pt",       "ab",         "株",           "有",    "주",
     "유",  "株式会社", "有限会社", "合同会社", "주식회사", "유한회사", "congtytnhh", "congtycophan", "firma", "sc"});

// Written without a space before or after the name. The longest first.
constexpr auto attached_forms = std::to_array<std::string_view>(
    {"股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "株式会社", "有限会社", "合同会社", "合資会社", "주식회사", "유한회사"});

// Words that join others and are left out or written in many ways.
constexpr auto joining_words = std::to_array<std::string_view>(
    {"&", "+", "and", "und", "et", "e", "y", "en", "og", "och", "i", "ja", "the", "der", "die", "das", "and/or"});

using Forms = std::unordered_map<std::string_view, std::string_view>;

const Forms& forms() {
    static const Forms all = [] {
        Forms made;
        for (const FormRow& row : form_rows) {
            for (std::string_view rest = row.spellings; !rest.empty();) {
                std::string_view spelling = rest.substr(0, rest.find(' '));
                rest.remove_prefix(std::min(rest.size(), spelling.size() + 1));
                made.emplace(spelling, row.form);
            }
        }
        return made;
    }();
    return all;
}

bool contains(const auto& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); }

using Words = std::vector<std::string>;

Words split_words(std::string_view text) {
    Words words;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!word.empty()) words.emplace_back(word);
    }
    return words;
}

std::string joined(Words::const_iterator from, Words::const_iterator to) {
    std::string text;
    for (; from != to; ++from) {
        if (*from != "&") text += *from;
    }
    return text;
}

constexpr std::size_t form_words_max = 8;

/// Cuts the longest legal form off the end; returns it, or nothing.
std::string_view cut_trailing_form(Words& words) {
    for (std::size_t count = std::min(words.size() - 1, form_words_max); count > 0; --count) {
        auto from = words.end() - static_cast<std::ptrdiff_t>(count);
        auto found = forms().find(joined(from, words.end()));
        if (found == forms().end()) continue;
        words.erase(from, words.end());
        return found->second;
    }
    return {};
}

std::string_view cut_leading_form(Words& words) {
    for (std::size_t count = std::min<std::size_t>(words.size() - 1, 3); count > 0; --count) {
        auto to = words.begin() + static_cast<std::ptrdiff_t>(count);
        std::string spelling = joined(words.begin(), to);
        if (!contains(leading_forms, spelling)) continue;
        words.erase(words.begin(), to);
        auto found = forms().find(spelling);
        return found == forms().end() ? std::string_view() : found->second;
    }
    return {};
}

std::string_view cut_attached_form(Words& words) {
    for (std::string_view form : attached_forms) {
        if (words.back().size() > form.size() && words.back().ends_with(form)) {
            words.back().resize(words.back().size() - form.size());
            return form;
        }
        if (words.front().size() > form.size() && words.front().starts_with(form)) {
            words.front().erase(0, form.size());
            return form;
        }
    }
    return {};
}

/// `ae`, `oe` and `ue` as the vowel they stand for, so that `Mueller` and `Müller` meet.
void append_simplified(std::string& key, std::string_view word) {
    for (char c : word) {
        bool written_out = c == 'e' && !key.empty() && (key.back() == 'a' || key.back() == 'o' || key.back() == 'u');
        if (!written_out) key += c;
    }
}

}  // namespace

CompanyName split_company_name(std::string_view normal_name) {
    CompanyName name;
    Words words = split_words(normal_name);
    auto keep = [&](std::string_view form) {
        if (form.empty()) return false;
        if (name.legal_form.empty()) name.legal_form = form;
        return true;
    };
    if (!words.empty()) keep(cut_attached_form(words));
    while (words.size() > 1 && keep(cut_trailing_form(words))) {}
    if (words.size() > 1) keep(cut_leading_form(words));
    Words plain;
    std::copy_if(words.begin(), words.end(), std::back_inserter(plain),
                 [](const std::string& word) { return !contains(joining_words, word); });
    name.words = plain.empty() ? std::move(words) : std::move(plain);
    for (const std::string& word : name.words) append_simplified(name.key, word);
    return name;
}

}  // namespace lockstep::sync
