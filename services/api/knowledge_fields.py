"""What the fields of practices, studies, datasets and report templates mean, in English and French."""

from typing import Final

FIELDS: Final[dict[str, tuple[str, str]]] = {
    # --- what a record is sorted by
    "sorted_by": ("The themes it is sorted by.", "Les thèmes selon lesquels il est classé."),
    "Sorted.theme_list": ("The list, at a version.", "La liste, à une version."),
    "Sorted.codes": ("Themes of that version.", "Des thèmes de cette version."),
    # --- practices
    "practice_id": ("The practice.", "La pratique."),
    "summary": ("How it is done, in a few sentences.", "Comment on s’y prend, en quelques phrases."),
    "adopted_from": (
        "The practice of the other body, at the version that is taken over.",
        "La pratique de l’autre organisme, à la version reprise.",
    ),
    "RecordAdoption.by": (
        "The other body's own record that says that it adopted the practice.",
        "L’inscription par laquelle l’autre organisme dit avoir adopté la pratique.",
    ),
    # --- studies
    "study_id": ("The study.", "L’étude."),
    "need_id": ("The need.", "Le besoin."),
    "statement": ("What is needed.", "Ce dont on a besoin."),
    "RecordStudy.period": ("The period that it is about.", "La période sur laquelle elle porte."),
    "RecordStudy.territory": ("The territory that it is about.", "Le territoire sur lequel elle porte."),
    "method": ("How it was done.", "Comment elle a été menée."),
    "findings": ("What it states for all to read.", "Ce qu’elle établit, à l’intention de tous."),
    "RecordStudy.note": ("Free text; it is sealed.", "Texte libre; il est scellé."),
    "RecordStudy.document_id": (
        "The body's document that contains it.",
        "Le document de l’organisme qui la contient.",
    ),
    # --- datasets
    "dataset_id": ("The dataset.", "Le jeu de données."),
    "RegisterDataset.scheme": (
        "In what scheme the keys of its figures name places; absent: they name none.",
        "La classification dont les clés tirent leurs lieux; absente : elles n’en nomment aucun.",
    ),
    "vintage": ("Its code in the dataset.", "Son code dans le jeu de données."),
    "PublishVintage.period": ("The period that it is about.", "La période sur laquelle il porte."),
    "cells": ("All of its figures.", "Tous ses chiffres."),
    "Cell.key": ("What it is the figure of.", "Ce que le chiffre compte."),
    "Cell.value": ("The figure, with its status.", "Le chiffre, avec son statut."),
    "Cell.denominator": (
        "Out of how many, where it is a share.",
        "Sur combien, lorsqu’il s’agit d’une proportion.",
    ),
    "Cell.note": ("What the source prints beside it.", "Ce que la source imprime à côté."),
    "names": (
        "All names of its dimensions and categories, anew.",
        "Tous les noms de ses dimensions et de ses catégories, à nouveau.",
    ),
    "CategoryName.dimension": (
        "A dimension of the keys; `ref-area` is that of places.",
        "Une dimension des clés; `ref-area` est celle des lieux.",
    ),
    "CategoryName.category": (
        "A category of it; absent: the dimension itself is named.",
        "Une de ses catégories; absente : c’est la dimension qui est nommée.",
    ),
    "CategoryName.name": ("What the source calls it.", "Le nom que la source lui donne."),
    "claim_id": ("What is said in prose.", "Ce que dit le texte."),
    "TieClaim.text": ("What is said, in its language.", "Ce qui est dit, dans sa langue."),
    "TieClaim.publication": ("What says so, and where in it.", "Ce qui le dit, et à quel endroit."),
    "stated": ("The figure that is said.", "Le chiffre qui est avancé."),
    "tie": ("The figures that it speaks of.", "Les chiffres dont il est question."),
    "Tie.cells": ("Keys of figures that are added up.", "Les clés de chiffres qui s’additionnent."),
    "Tie.of": (
        "Keys of the figures whose sum it is divided by.",
        "Les clés des chiffres dont la somme sert de diviseur.",
    ),
    "Tie.times": (
        "A percentage that the same text states, to take a part of it.",
        "Un pourcentage que le même texte avance, pour en prendre une part.",
    ),
    # --- report templates
    "report_template_id": ("The report template.", "Le gabarit de rapport."),
    "PublishReportTemplate.name": ("Its name.", "Son nom."),
    "sections": ("All of them, in the author's order.", "Toutes, dans l’ordre de l’auteur."),
    "Section.code": ("Its code, through all versions.", "Son code, dans toutes les versions."),
    "Section.heading": ("Its heading.", "Son intitulé."),
    "Section.indicators": ("The indicators that it asks for.", "Les indicateurs qu’elle demande."),
    "PublishReportTemplateVersion.number": ("2, 3, without a gap.", "2, 3, sans lacune."),
    # --- frozen comparisons
    "frozen_comparison_id": ("The frozen comparison.", "La comparaison figée."),
    "FreezeComparison.indicator": ("The indicator that is compared.", "L’indicateur comparé."),
    "FreezeComparison.period": ("The period of the figures, exactly.", "La période exacte des valeurs."),
    "FreezeComparison.as_of": ("The day of the question.", "La date d’effet de la question."),
    "FreezeComparison.sources": (
        "How far each log is that answers it, as the comparison's `sources` say.",
        "Jusqu’où va chaque registre qui y répond, selon les `sources` de la comparaison.",
    ),
    "SourceLog.log": ("The body whose log it is.", "L’organisme dont c’est le registre."),
    "SourceLog.position": ("The last position that counts.", "La dernière position qui compte."),
    "granted": (
        "Whether it had granted the one who freezes what is for funders.",
        "S’il avait accordé à qui fige la comparaison l’accès réservé aux bailleurs de fonds.",
    ),
    "FreezeComparison.kinds": ("Only these kinds of body.", "Seulement ces types d’organismes."),
    "FreezeComparison.provinces": ("Only of these provinces.", "Seulement de ces provinces."),
    "FreezeComparison.stage": ("The least stage of the figures.", "L’étape minimale des valeurs."),
}
COMMANDS_FR: Final[dict[str, str]] = {
    "DescribePractice": "Décrire une pratique",
    "AdoptPractice": "Adopter une pratique qu’un autre organisme a publiée",
    "RevisePractice": "Décrire une pratique à nouveau",
    "RecordAdoption": "Inscrire qu’un autre organisme a adopté une pratique",
    "WithdrawPractice": "Retirer une pratique",
    "RecordStudy": "Inscrire une étude du milieu",
    "IdentifyNeed": "Inscrire un besoin qu’une étude a cerné",
    "WithdrawNeed": "Retirer un besoin",
    "WithdrawStudy": "Retirer une étude",
    "RegisterDataset": "Inscrire un jeu de données et sa source",
    "PublishVintage": "Publier un millésime d’un jeu de données",
    "WithdrawVintage": "Retirer un millésime",
    "NameCategories": "Nommer les dimensions et les catégories d’un jeu de données",
    "TieClaim": "Rattacher une affirmation aux chiffres dont il est question",
    "WithdrawClaim": "Retirer une affirmation",
    "PublishReportTemplate": "Publier un gabarit de rapport",
    "PublishReportTemplateVersion": "Publier une nouvelle version d’un gabarit de rapport",
    "RetireReportTemplate": "Retirer un gabarit de rapport de l’usage",
    "FreezeComparison": "Figer une comparaison pour qu’elle puisse être citée",
}
